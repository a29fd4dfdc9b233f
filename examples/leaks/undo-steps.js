'use strict';
// Each step of an editor has a list of what undoes it, and the function in the list leads to the step before.
class EditStep {
  constructor(before, i) {
    this.text = `edit ${i}`;
    this.undo = [() => before];
  }
}
const editor = { current: new EditStep(null, 0) };
exports.editor = editor;
exports.leak = (i) => {
  editor.current = new EditStep(editor.current, i);
};
exports.fixed = (i) => {
  editor.current = new EditStep(null, i);
};
exports.operations = 53;
exports.expect = { line: 'undo-steps.js', kind: 'closures', classes: ['EditStep'], path: ['current', 'EditStep'] };
