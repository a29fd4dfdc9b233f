import type { HeapMatchers } from '.';

declare global {
  namespace jest {
    interface Matchers<R, T = {}> extends HeapMatchers<R> {}
  }
}

// @ts-ignore: without Jest there is nothing to add to
declare module '@jest/expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends HeapMatchers<R> {}
}
