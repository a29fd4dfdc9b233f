'use strict';

class Session {
  constructor(user) {
    this.user = user;
    this.visits = [];
  }
}

/** Keeps who is logged in. */
class SessionStore {
  sessions = new Map();
  #count = 0;

  login(user) {
    this.#count += 1;
    const id = `session-${this.#count}`;
    this.sessions.set(id, new Session(user));
    return id;
  }

  /** As it was: the session ends, and is kept. */
  forgetfulLogout(id) {
    this.sessions.get(id).endedAt = Date.now();
  }

  /** As it is now. */
  logout(id) {
    this.sessions.delete(id);
  }
}

module.exports = { Session, SessionStore };
