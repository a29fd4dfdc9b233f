'use strict';
// A mark for each request stays in the timeline.
exports.leak = (number) => {
  performance.mark(`request ${number}`);
};
exports.expect = { leaks: [['PerformanceMark', undefined]], advice: /clearMarks/ };
