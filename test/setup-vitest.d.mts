import type { HeapMatchers } from './index.js';

declare module 'vitest' {
  interface Matchers<T = any> extends HeapMatchers<void> {}
}
