// What all views share: the source of answers, the snapshots, and the tabs of objects.

import { computed, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { addressOf, go, lastSnapshot, place, snapshotOfPlace } from './place';
import type { Session, Source } from './source';

export interface SnapshotName {
  name: string;
  totalSize: number;
  isReady: boolean;
  /** Why it could not be opened. */
  error?: string;
  takenAt?: string;
}

export const SourceContext = createContext<Source | undefined>(undefined);

export function useSource(): Source {
  const source = useContext(SourceContext);
  if (source === undefined) throw new Error('No source.');
  return source;
}

/** Oldest first. */
export const snapshots = signal<SnapshotName[]>([]);
export const session = signal<Session | undefined>(undefined);

/** True in a report: it has the views of its last snapshot alone, whatever an address says. */
export const isLastAlone = signal(false);

/** The snapshot that views of one snapshot show. */
export const current = computed(() => {
  const last = Math.max(snapshots.value.length - 1, 0);
  if (isLastAlone.value) return last;
  return Math.min(snapshotOfPlace.value ?? lastSnapshot.value ?? last, last);
});

export function objectAddress(id: number, snapshot = current.value): string {
  return addressOf(['s', snapshot, 'object', id]);
}

export function queryAddress(conditions: Record<string, string>, snapshot = current.value): string {
  return addressOf(['s', snapshot, 'query'], { q: undefined, ...conditions });
}

/** The same view of another snapshot. */
export function switchSnapshot(to: number): void {
  const { path, params } = place.value;
  lastSnapshot.value = to;
  if (snapshotOfPlace.value !== undefined) go(addressOf(['s', to, ...path.slice(2)], { ...params, zoom: undefined }));
}

/** Of the server of the viewer. */
export const serverKey = signal('');
/** Of another server, or another list of files, a position and an id name something else. */
export const listOfFiles = computed(() => `${serverKey.value} ${session.value?.revision ?? ''}`);

export interface Tab {
  /** The list of files that `snapshot` is a position in. */
  of: string;
  snapshot: number;
  id: number;
  name: string;
}

const TABS = 'heaphound-tabs';
const MOST_TABS = 12;

export const tabs = signal<Tab[]>(readTabs());

function readTabs(): Tab[] {
  try {
    return JSON.parse(sessionStorage.getItem(TABS) ?? '[]') as Tab[];
  } catch {
    return [];
  }
}

export function keepTab(tab: Tab): void {
  const isSame = (other: Tab) => other.id === tab.id && other.snapshot === tab.snapshot && other.of === tab.of;
  const known = tabs.value.find(isSame);
  if (known?.name === tab.name) return;
  writeTabs(known ? tabs.value.map((other) => (isSame(other) ? tab : other)) : [...tabs.value, tab].slice(-MOST_TABS));
}

export function closeTab({ id, snapshot, of }: Tab): void {
  writeTabs(tabs.value.filter((other) => other.id !== id || other.snapshot !== snapshot || other.of !== of));
}

function writeTabs(next: Tab[]): void {
  tabs.value = next;
  try {
    sessionStorage.setItem(TABS, JSON.stringify(next));
  } catch {
    // A page of a file has no storage in some browsers.
  }
}
