// The source of the viewer: the server that `heaphound view` started on this machine.

import type { ReportDocument } from './document';
import type { FileState, Source } from './source';

const KEPT_AS = 'heaphound-token';
const POLL_MS = 250;
/** Files are still being opened, or their list has changed: the same question again has an answer. */
const NOT_READY = 'HEAPHOUND_ERR_NOT_READY';

/** Takes the key out of the address, where it must not stay, and keeps it for this tab. */
export function takeToken(): string {
  const given = new URLSearchParams(location.hash.startsWith('#token=') ? location.hash.slice(1) : '');
  const token = given.get('token');
  if (token === null) return sessionStorage.getItem(KEPT_AS) ?? '';
  sessionStorage.setItem(KEPT_AS, token);
  history.replaceState(null, '', `${location.pathname}#${given.get('at') ?? '/'}`);
  dispatchEvent(new HashChangeEvent('hashchange'));
  return token;
}

export function fromServer(token: string): Source {
  const headers = { 'x-heaphound-token': token };

  async function call(method: string, path: string, more: RequestInit = {}): Promise<Response> {
    const answer = await fetch(path, { method, ...more, headers: { ...headers, ...more.headers }, cache: 'no-store' });
    if (!answer.ok) throw await errorOf(answer);
    return answer;
  }
  async function get<Value>(path: string, params: object, signal?: AbortSignal): Promise<Value> {
    const given = Object.entries(params)
      .filter(([, value]) => value !== undefined && value !== '')
      .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, String(one)]));
    const query = new URLSearchParams(given).toString();
    const address = query === '' ? path : `${path}?${query}`;
    for (;;) {
      try {
        return (await (await call('GET', address, { signal })).json()) as Value;
      } catch (error) {
        if ((error as { code?: string }).code !== NOT_READY) throw error;
        await pause(POLL_MS, signal);
      }
    }
  }
  const of = (snapshot: number, question: string) => `/api/s/${snapshot}/${question}`;

  return {
    kind: 'viewer',
    token,
    async report(signal) {
      for (;;) {
        const answer = await call('GET', '/api/report', { signal });
        if (answer.status !== 202) return (await answer.json()) as ReportDocument;
        await pause(POLL_MS, signal);
      }
    },
    session: (signal) => get('/api/session', {}, signal),
    classes: ({ snapshot, ...ask }, signal) => get(of(snapshot, 'classes'), ask, signal),
    compare: (ask, signal) => get('/api/compare', ask, signal),
    compareAll: (ask, signal) => get('/api/compare/all', ask, signal),
    boxes: ({ snapshot, ...ask }, signal) => get(of(snapshot, 'boxes'), ask, signal),
    strings: ({ snapshot, ...ask }, signal) => get(of(snapshot, 'strings'), ask, signal),
    statistics: (snapshot, signal) => get(of(snapshot, 'statistics'), {}, signal),
    packages: ({ snapshot, ...ask }, signal) => get(of(snapshot, 'owners'), ask, signal),
    contexts: (snapshot, signal) => get(of(snapshot, 'contexts'), {}, signal),
    allocations: ({ snapshot, ...ask }, signal) => get(of(snapshot, 'allocations'), ask, signal),
    objects: ({ snapshot, conditions, ...ask }, signal) =>
      get(of(snapshot, 'objects'), { ...conditions, ...ask }, signal),
    object: (snapshot, id, signal) => get(of(snapshot, `object/${id}`), {}, signal),
    edges: ({ snapshot, id, ...ask }, signal) => get(of(snapshot, `object/${id}/edges`), ask, signal),
    retainers: ({ snapshot, id, ignored, ...ask }, signal) =>
      get(of(snapshot, `object/${id}/retainers`), { ignored: ignored.join(','), ...ask }, signal),
    async path({ snapshot, id, ignored }, signal) {
      const { rows } = await get<{ rows: [] }>(
        of(snapshot, `object/${id}/path`),
        { ignored: ignored.join(',') },
        signal,
      );
      return rows;
    },
    addFile: (file, onProgress, signal) => upload(file, { token, onProgress, signal }),
    async removeFile(at) {
      await call('DELETE', `/api/files/${at}`);
    },
    async recent(signal) {
      const { rows } = await get<{ rows: { name: string; path: string }[] }>('/api/recent', {}, signal);
      return rows;
    },
    async openRecent(path) {
      await call('POST', '/api/open', {
        body: JSON.stringify({ path }),
        headers: { 'content-type': 'application/json' },
      });
    },
  };
}

async function errorOf(answer: Response): Promise<Error> {
  if (answer.status === 401)
    return new Error('The key of this viewer is missing. Open the address that heaphound view has printed.');
  try {
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    return Object.assign(new Error(error.message), { code: error.code });
  } catch {
    return new Error(`The server answered with status ${answer.status}.`);
  }
}

/** A file of any size: the browser streams it. `fetch` has no progress of what it sends. */
function upload(
  file: File,
  { token, onProgress, signal }: { token: string; onProgress: (sent: number) => void; signal: AbortSignal },
): Promise<FileState> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/files?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('x-heaphound-token', token);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => {
      if (request.status < 300) return resolve(JSON.parse(request.responseText) as FileState);
      void errorOf(new Response(request.responseText, { status: request.status })).then(reject);
    };
    request.onerror = () => reject(new Error('The server of this viewer cannot be reached: the command has ended.'));
    request.onabort = () => reject(new Error('Cancelled.'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason as Error)), { once: true });
  });
}
