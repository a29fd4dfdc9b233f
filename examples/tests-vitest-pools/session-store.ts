export interface Visit {
  page: string;
}

export class Session {
  visits: Visit[] = [];
  user: string;

  constructor(user: string) {
    this.user = user;
  }
}

/** Keeps who is logged in. */
export class SessionStore {
  sessions = new Map<string, Session>();
  #count = 0;

  login(user: string): string {
    this.#count += 1;
    const id = `session-${this.#count}`;
    this.sessions.set(id, new Session(user));
    return id;
  }

  logout(id: string): void {
    this.sessions.delete(id);
  }
}
