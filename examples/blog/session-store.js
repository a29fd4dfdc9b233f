'use strict';

/** What the blog remembers of one visitor. */
class Session {
  constructor(id) {
    this.id = id;
    this.usedAt = Date.now();
    this.theme = 'light';
    this.readPosts = [];
  }
}

/** Keeps a session for everyone who has ever come: nothing removes one, which is the leak that the demo shows. */
class SessionStore {
  constructor() {
    this.sessions = new Map();
  }

  start(id) {
    const session = new Session(id);
    this.sessions.set(id, session);
    return session;
  }

  find(id) {
    return this.sessions.get(id);
  }

  close() {}
}

/** The store with the leak fixed: a session that is not used for `lifetimeMs` ends. */
class ExpiringSessionStore extends SessionStore {
  constructor(lifetimeMs) {
    super();
    this.lifetimeMs = lifetimeMs;
    this.timer = setInterval(() => this.expire(), lifetimeMs / 2).unref();
  }

  expire() {
    const unusedSince = Date.now() - this.lifetimeMs;
    for (const [id, session] of this.sessions) {
      if (session.usedAt < unusedSince) this.sessions.delete(id);
    }
  }

  find(id) {
    const session = super.find(id);
    if (session !== undefined) session.usedAt = Date.now();
    return session;
  }

  close() {
    clearInterval(this.timer);
  }
}

module.exports = { SessionStore, ExpiringSessionStore };
