// The frame of the page: views, snapshots, search, tabs of objects, and the view of the place.

import { useEffect, useRef } from 'preact/hooks';
import type { ReportDocument } from './document';
import { Help, showHelp } from './help';
import { useKeys } from './keys';
import { useKeptText } from './parts/kept-text';
import { Notice, copy, say } from './notice';
import { Pending, useAnswer } from './pending';
import { addressOf, change, go, linkHere, place, snapshotOfPlace } from './place';
import { idOf } from './search';
import {
  closeTab,
  current,
  isLastAlone,
  listOfFiles,
  objectAddress,
  session,
  snapshots,
  switchSnapshot,
  tabs,
  useSource,
} from './state';
import { label, nameOf } from './words';
import { VIEWS, type View } from './views';
import { DropZone, NoFiles, Progress } from './views/files';
import { Leak } from './views/leak';
import { Leaks } from './views/leaks';
import { ObjectPage } from './views/object';

/** A search is asked when no key was pressed for so long. */
const TYPED_MS = 150;
const SEARCH_ID = 'search';

export function App({ version }: { version: string }) {
  const source = useSource();
  const main = useRef<HTMLElement>(null);
  const views = VIEWS.filter(
    ({ needs, name }) =>
      (needs === undefined || source[needs] !== undefined) && (name !== 'compare' || snapshots.value.length > 1),
  ).map((view) => (view.name === 'leaks' && snapshots.value.length === 1 ? { ...view, title: 'Suspects' } : view));
  const isEmpty = session.value?.files.length === 0;
  const address = place.value.path.join('/');
  const shown = viewOfPlace(views);

  useEffect(() => {
    document.title = `${shown?.title ?? 'Object'} · heaphound`;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [address]);

  const count = snapshots.value.length;
  useKeys({
    ...Object.fromEntries(views.map((view) => [view.key, () => go(hrefOf(view))])),
    '/': () => document.getElementById(SEARCH_ID)?.focus(),
    '?': showHelp,
    s: () => (count > 1 && !isLastAlone.value ? switchSnapshot((current.value + 1) % count) : false),
    y: () =>
      void copy(
        linkHere(source.token),
        source.token ? 'a link to this place, with the key of this viewer' : 'a link to this place',
      ),
    Backspace: () => history.back(),
    Escape: () => {
      if (document.activeElement?.id === SEARCH_ID) main.current?.focus({ preventScroll: true });
      else return false;
      return true;
    },
  });

  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        To the page
      </a>
      <header class="top">
        <p class="brand">
          <a href={addressOf(['leaks'])}>heaphound</a>
        </p>
        <Search />
        {count > 1 && snapshotOfPlace.value !== undefined && source.kind === 'viewer' && <SnapshotChoice />}
        <button class="help" aria-label="Keys" onClick={showHelp}>
          ?
        </button>
        <nav aria-label="Views">
          <ul>
            {(isEmpty ? [] : views).map((view) => (
              <li key={view.name}>
                <a href={hrefOf(view)} aria-current={view === shown ? 'page' : undefined}>
                  {view.title} <kbd aria-hidden="true">{view.key}</kbd>
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <Tabs />
      </header>
      <Progress />
      {source.kind === 'viewer' && <DropZone />}
      <main id="main" ref={main} tabIndex={-1}>
        <Shown view={shown} />
      </main>
      <Notice />
      <Help version={version} />
    </>
  );
}

function hrefOf(view: View): string {
  return view.isOfSnapshot ? addressOf(['s', current.value, view.name]) : addressOf([view.name]);
}

function viewOfPlace(views: View[]): View | undefined {
  const [first = 'leaks', , third] = place.value.path;
  const name = first === 's' ? third : first === 'leak' ? 'leaks' : first;
  return views.find((view) => view.name === name);
}

function Shown({ view }: { view: View | undefined }) {
  const { path } = place.value;
  const source = useSource();
  const files = session.value?.files;
  if (files && files.length === 0) return <NoFiles />;
  if (isNowhere(path)) return <NoSuchPage what={`There is no snapshot ${label(path[1] ?? '')} here.`} />;
  if (path[0] === 's' && path[2] === 'object' && source.object && /^\d{1,15}$/.test(path[3] ?? '')) {
    return (
      <ReadyOnly snapshot={current.value}>
        {() => <ObjectPage snapshot={current.value} id={Number(path[3])} />}
      </ReadyOnly>
    );
  }
  if (view?.name === 'leaks') return <OfReport />;
  if (view?.component) {
    const Component = view.component;
    return (
      <>
        {isLastAlone.value && view.isOfSnapshot && snapshots.value.length > 1 && (
          <p class="crumbs">Of the last snapshot, {nameOf(snapshots.value[current.value].name)}</p>
        )}
        <ReadyOnly snapshot={current.value}>
          {() => <Component key={`${view.name} ${session.value?.revision}`} />}
        </ReadyOnly>
      </>
    );
  }
  return <NoSuchPage what="There is no such page." />;
}

function NoSuchPage({ what }: { what: string }) {
  return (
    <p class="empty">
      {what} <a href={addressOf(['leaks'])}>To the verdict</a>
    </p>
  );
}

/** The address of a snapshot that is not there: another one must not stand in its place. */
function isNowhere(path: string[]): boolean {
  if (path[0] !== 's' || isLastAlone.value || snapshots.value.length === 0) return false;
  return !(Number(snapshotOfPlace.value) < snapshots.value.length);
}

/** A view of a snapshot that is still being read asks nothing yet. */
function ReadyOnly({ snapshot, children }: { snapshot: number; children: () => preact.ComponentChildren }) {
  const known = snapshots.value[snapshot];
  if (known?.error !== undefined)
    return (
      <p class="failed" role="alert">
        {nameOf(known.name)} could not be opened: {known.error}
      </p>
    );
  if (known === undefined || known.isReady) return <>{children()}</>;
  return <p class="pending">{nameOf(known.name)} is being read. This view follows as soon as it is there.</p>;
}

function OfReport() {
  const source = useSource();
  const stamp = session.value?.revision ?? '';
  const answer = useAnswer(`report ${stamp}`, (signal) => source.report(signal));
  const { path } = place.value;
  const isReading = session.value?.files.some(({ state }) => state === 'reading' || state === 'waiting');
  const failed = session.value?.answer.error;
  if (failed && session.value?.answer.state === 'failed')
    return (
      <p class="failed" role="alert">
        {failed.message}
      </p>
    );
  if (isReading) return <p class="pending">The verdict follows when the files are read.</p>;
  return (
    <Pending answer={answer} what="The verdict">
      {(report: ReportDocument) =>
        path[0] === 'leak' ? <Leak report={report} number={Number(path[1])} /> : <Leaks report={report} />
      }
    </Pending>
  );
}

function Search() {
  const source = useSource();
  const { q = '' } = place.value.params;
  const field = useKeptText(q);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const search = (text: string) => {
    clearTimeout(timer.current);
    // An id is gone to, once it is whole.
    if (source.object && text.startsWith('@')) return;
    timer.current = setTimeout(() => change({ q: text || undefined }), TYPED_MS);
  };
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        clearTimeout(timer.current);
        const text = field.current?.value ?? '';
        const id = idOf(text);
        if (id !== undefined && source.object) {
          go(objectAddress(id).replace(/\?.*$/, ''));
          return;
        }
        if (id !== undefined) say('A report has no objects. heaphound view has.');
        change({ q: text || undefined });
        document.querySelector<HTMLElement>('[role=grid]')?.focus();
      }}
    >
      <input
        ref={field}
        type="search"
        aria-label={source.object ? 'Search: a text, or @id' : 'Search'}
        placeholder="Search"
        autocomplete="off"
        spellcheck={false}
        id={SEARCH_ID}
        defaultValue={q}
        onInput={(event) => search(event.currentTarget.value)}
      />
    </form>
  );
}

function SnapshotChoice() {
  return (
    <label class="snapshot-choice">
      <span class="aside">Snapshot</span>
      <select value={String(current.value)} onChange={(event) => switchSnapshot(Number(event.currentTarget.value))}>
        {snapshots.value.map(({ name }, at) => (
          <option key={at} value={String(at)}>
            {nameOf(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Tabs() {
  const { path } = place.value;
  const shown = tabs.value.filter(({ of }) => of === listOfFiles.value);
  if (shown.length === 0) return null;
  return (
    <nav class="tabs" aria-label="Objects">
      <ul>
        {shown.map((tab) => {
          const isHere = path[2] === 'object' && path[1] === String(tab.snapshot) && path[3] === String(tab.id);
          return (
            <li key={`${tab.snapshot} ${tab.id}`}>
              <a href={objectAddress(tab.id, tab.snapshot)} aria-current={isHere ? 'page' : undefined}>
                {nameOf(tab.name)} <span class="id">@{tab.id}</span>
              </a>
              <button
                aria-label={`Close ${nameOf(tab.name)} @${tab.id}`}
                onClick={() => {
                  closeTab(tab);
                  if (isHere) history.back();
                }}
              >
                ×
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
