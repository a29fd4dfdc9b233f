// The files of the viewer: how far each is, drop of new ones, and those that were open lately.

import { useEffect, useRef, useState } from 'preact/hooks';
import { say } from '../notice';
import { Pending, useAnswer } from '../pending';
import type { FileState } from '../source';
import { session, useSource } from '../state';
import { count, duration, nameOf, size } from '../words';

/** Progress of each file while one of them is not ready. */
export function Progress() {
  const files = session.value?.files ?? [];
  const answer = session.value?.answer;
  const busy = files.filter(({ state }) => state === 'reading' || state === 'waiting' || state === 'failed');
  const isWorking = answer?.state === 'working' && busy.length === 0;
  if (busy.length === 0 && !isWorking) return null;
  return (
    <section class="progress" aria-label="Progress">
      <ul>
        {files.map((file, at) => (
          <FileLine key={at} file={file} at={at} />
        ))}
      </ul>
      {isWorking && (
        <p role="status">
          The snapshots are compared{answer?.phase ? `: ${answer.phase}` : ''}… All other views work already.
        </p>
      )}
    </section>
  );
}

function FileLine({ file, at }: { file: FileState; at: number }) {
  const source = useSource();
  const { name, bytes, state, phase, done = 0, total = 0, remainingMs, error } = file;
  if (state === 'ready') return null;
  return (
    <li>
      <strong>{nameOf(name)}</strong> {size(bytes)}{' '}
      {state === 'failed' ? (
        <span class="failed" role="alert">
          {error?.message ?? 'It could not be opened.'}
        </span>
      ) : (
        <span class="note">
          {state === 'waiting' ? 'waits' : (phase ?? 'is read')}
          {remainingMs !== undefined && `, about ${duration(remainingMs)} more`}
        </span>
      )}{' '}
      <button onClick={() => void source.removeFile?.(at).catch((reason: Error) => say(reason.message))}>
        {state === 'failed' ? 'Close' : 'Cancel'}
      </button>
      {state === 'reading' && (
        <progress max={total || 1} value={total > 0 ? done : undefined} aria-label={`${name}: ${count(done)}`} />
      )}
    </li>
  );
}

/** Takes files that are dropped on the page. */
export function DropZone() {
  const source = useSource();
  const [isOver, setOver] = useState(false);
  const [sending, setSending] = useState<{ name: string; sent: number; bytes: number } | undefined>();
  const abort = useRef<AbortController | undefined>(undefined);
  const send = async (files: File[]) => {
    for (const file of files) {
      abort.current = new AbortController();
      setSending({ name: file.name, sent: 0, bytes: file.size });
      try {
        await source.addFile?.(
          file,
          (sent) => setSending({ name: file.name, sent, bytes: file.size }),
          abort.current.signal,
        );
      } catch (error) {
        say((error as Error).message);
      }
    }
    setSending(undefined);
  };
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      void send([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return (
    <>
      {isOver && <div class="drop">Drop snapshots here to open them</div>}
      {sending && (
        <p class="pending" role="status">
          {sending.name}: {size(sending.sent)} of {size(sending.bytes)} sent{' '}
          <button onClick={() => abort.current?.abort()}>Cancel</button>
          <progress max={sending.bytes} value={sending.sent} aria-label="Sent" />
        </p>
      )}
    </>
  );
}

/** Where no file is open. */
export function NoFiles() {
  const source = useSource();
  const recent = useAnswer('recent', async (signal) => (await source.recent?.(signal)) ?? []);
  const input = useRef<HTMLInputElement>(null);
  return (
    <article>
      <h1>No file is open</h1>
      <div class="drop-here">
        <p>
          Drop snapshots of one program here: one shows what fills the heap, two or more show what leaks. They stay on
          this machine.
        </p>
        <label>
          <span class="aside">Choose files</span>
          <input
            ref={input}
            type="file"
            multiple
            onChange={async (event) => {
              for (const file of event.currentTarget.files ?? [])
                await source
                  .addFile?.(file, () => {}, new AbortController().signal)
                  .catch((error: Error) => say(error.message));
            }}
          />
        </label>
      </div>
      <p class="note">
        Or name them in the command: <code>heaphound view A.heapsnapshot B.heapsnapshot C.heapsnapshot</code>
      </p>
      <Pending answer={recent} what="The list of recent files">
        {(files) =>
          files.length > 0 && (
            <section>
              <h2>Open lately</h2>
              <ul class="recent">
                {files.map(({ name, path }) => (
                  <li key={path}>
                    <button onClick={() => void source.openRecent?.(path).catch((error: Error) => say(error.message))}>
                      {nameOf(name)}
                    </button>{' '}
                    <span class="place">{path}</span>
                  </li>
                ))}
              </ul>
            </section>
          )
        }
      </Pending>
    </article>
  );
}
