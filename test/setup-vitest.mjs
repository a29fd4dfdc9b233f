// `heaphound/test/vitest`: for `setupFiles` of Vitest.

import { expect } from 'vitest';
import { matchers } from './report/matchers.js';

expect.extend(matchers);
