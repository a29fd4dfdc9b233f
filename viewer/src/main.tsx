// Starts the page: as a report when it carries a document, as the viewer when it has a server.

import { render } from 'preact';
import { App } from './app';
import { fromReport } from './from-report';
import { fromServer, pause, takeToken } from './from-server';
import { readInlined } from './inlined';
import type { Session, Source } from './source';
import { SourceContext, isLastAlone, serverKey, session, snapshots } from './state';

const POLL_MS = 250;
/** Where nothing is under way, new files are seen by a slower look. */
const IDLE_MS = 2000;

void start();

async function start(): Promise<void> {
  try {
    const report = await readInlined();
    if (report) {
      snapshots.value = report.snapshots.map(({ name, totalSize, takenAt }) => ({
        name,
        totalSize,
        takenAt,
        isReady: true,
      }));
      isLastAlone.value = true;
      show(fromReport(report), report.heaphound);
    } else {
      serverKey.value = takeToken();
      await startViewer(fromServer(serverKey.value));
    }
  } catch (error) {
    fail(error as Error);
  }
}

async function startViewer(source: Source): Promise<void> {
  const first = await source.session!();
  follow(first);
  show(source, first.heaphound);
  void poll(source);
}

async function poll(source: Source): Promise<void> {
  for (let failures = 0; ;) {
    const isBusy = !isReady(session.value);
    await pause(isBusy ? POLL_MS : IDLE_MS);
    if (document.hidden && !isBusy) continue;
    try {
      follow(await source.session!());
      failures = 0;
    } catch {
      failures += 1;
      if (failures === 2) return fail(new Error('The server of this viewer cannot be reached: the command has ended.'));
    }
  }
}

function isReady(state: Session | undefined): boolean {
  if (state === undefined) return false;
  const { files, answer } = state;
  return (
    answer.state !== 'working' &&
    answer.state !== 'waiting' &&
    files.every((file) => file.state === 'ready' || file.state === 'failed')
  );
}

function follow(next: Session): void {
  if (JSON.stringify(next) === JSON.stringify(session.value)) return;
  session.value = next;
  snapshots.value = next.files.map(({ name, info, state, error }) => ({
    name,
    totalSize: info?.totalSize ?? 0,
    takenAt: info?.takenAt,
    isReady: state === 'ready',
    error: state === 'failed' ? (error?.message ?? 'the reason is not known') : undefined,
  }));
}

function show(source: Source, version: string): void {
  const page = document.getElementById('page')!;
  page.textContent = '';
  render(
    <SourceContext.Provider value={source}>
      <App version={version} />
    </SourceContext.Provider>,
    page,
  );
}

function fail(error: Error): void {
  const told = document.createElement('p');
  told.className = 'failed whole';
  told.setAttribute('role', 'alert');
  told.textContent = error.message;
  const page = document.getElementById('page')!;
  if (session.value === undefined) page.replaceChildren(told);
  else page.prepend(told);
}
