// The document inside of a report.

import type { ReportDocument } from './document';

const SCHEMA = 'heaphound.report/1';

/** Undefined where there is none: the page is the viewer then. */
export async function readInlined(): Promise<ReportDocument | undefined> {
  const element = document.getElementById('heaphound-data');
  if (element === null) return undefined;
  const found = await read(element.textContent ?? '').catch((error: Error) => {
    throw new Error(`This report is damaged: its data cannot be read (${error.message}). Fetch the file again.`);
  });
  if (found.schema !== SCHEMA)
    throw new Error(`This page shows documents of the schema ${SCHEMA}, and its document has ${String(found.schema)}.`);
  return found;
}

async function read(text: string): Promise<ReportDocument> {
  const bytes = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return JSON.parse(await new Response(stream).text()) as ReportDocument;
}
