// What the search field means: a text, `/a regular expression/`, or `@id`.

export function matcherOf(search: string): (text: string) => boolean {
  const pattern = patternOf(search);
  if (pattern) return (text) => pattern.test(text);
  const wanted = search.toLowerCase();
  return (text) => text.toLowerCase().includes(wanted);
}

function patternOf(search: string): RegExp | undefined {
  const [, text] = /^\/(.+)\/$/.exec(search) ?? [];
  if (text === undefined) return undefined;
  try {
    return new RegExp(text, 'i');
  } catch {
    return undefined;
  }
}

/** The id that was searched, if it is one. */
export function idOf(search: string): number | undefined {
  const [, digits] = /^@(\d{1,15})$/.exec(search.trim()) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
