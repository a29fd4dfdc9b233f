// The place within the page is its address: back works, reload works, and a link shows the same.

import { computed, signal } from '@preact/signals';

export interface Place {
  /** `['s', '2', 'classes']` of `#/s/2/classes`. */
  path: string[];
  params: Record<string, string>;
}

/** Kept from view to view. */
const KEPT = ['q', 'filter'];

export const place = signal<Place>(read());
/** The snapshot that was looked at last; undefined: the newest. */
export const lastSnapshot = signal<number | undefined>(undefined);

/** The snapshot of the address. */
export const snapshotOfPlace = computed(() => {
  const { path } = place.value;
  return path[0] === 's' && /^\d+$/.test(path[1] ?? '') ? Number(path[1]) : undefined;
});

addEventListener('hashchange', () => {
  place.value = read();
  if (snapshotOfPlace.value !== undefined) lastSnapshot.value = snapshotOfPlace.value;
});
lastSnapshot.value = snapshotOfPlace.value;

function read(): Place {
  const [address = '', query = ''] = location.hash.replace(/^#/, '').split('?', 2);
  return {
    path: address
      .split('/')
      .filter((part) => part !== '')
      .map(decoded),
    params: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place; what is kept from view to view comes along. */
export function addressOf(path: (string | number)[], params: Record<string, string | undefined> = {}): string {
  const kept = Object.fromEntries(KEPT.map((name) => [name, place.value.params[name]]));
  return write(path.map(String), { ...kept, ...params });
}

function write(path: string[], params: Record<string, string | undefined>): string {
  const given = Object.entries(params).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const query = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
  return `#/${path.map(encodeURIComponent).join('/')}${query}`;
}

/** Goes to a place, from where back leads here. */
export function go(address: string): void {
  location.hash = address;
}

/** Changes parameters of this place, without a step in the history. */
export function change(params: Record<string, string | undefined>): void {
  const { path, params: before } = place.value;
  history.replaceState(null, '', write(path, { ...before, ...params }));
  place.value = read();
}

/** The whole of this place as a link; `token` opens the viewer for who has the link. */
export function linkHere(token?: string): string {
  const [base] = location.href.split('#', 1);
  const here = location.hash || '#/';
  return token === undefined ? base + here : `${base}#token=${token}&at=${encodeURIComponent(here.slice(1))}`;
}
