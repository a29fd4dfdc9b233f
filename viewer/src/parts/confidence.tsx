// How sure an answer is, as a word, with its reasons.

import type { Confidence } from '../document';

export function ConfidenceOf({ confidence, reasons }: { confidence: Confidence; reasons: string[] }) {
  return (
    <p class="confidence">
      <strong data-confidence={confidence}>{confidence}</strong>
      {reasons.length > 0 && `: ${reasons.join('; ')}.`}
    </p>
  );
}
