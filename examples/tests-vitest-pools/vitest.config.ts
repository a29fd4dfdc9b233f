import { defineConfig } from 'vitest/config';

const pools = ['forks', 'threads', 'vmForks', 'vmThreads'] as const;

export default defineConfig({
  test: {
    setupFiles: ['heaphound/test/vitest'],
    projects: pools.map((pool) => ({ extends: true, test: { name: pool, pool } })),
  },
});
