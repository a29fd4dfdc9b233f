export default { test: { setupFiles: ['heaphound/test/vitest'] } };
