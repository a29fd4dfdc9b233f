'use strict';

/** What a customer has bought. */
class Order {
  constructor(id, items) {
    this.id = id;
    this.items = items;
    this.placedAt = Date.now();
  }
}

/**
 * Orders whose payment is under way. One that is never answered is kept for good: there is no time limit, and that is
 * the leak.
 */
class Payments {
  constructor(provider) {
    this.provider = provider;
    this.unanswered = new Map();
  }

  request(order) {
    this.unanswered.set(order.id, order);
    this.provider.charge(order.id, () => this.unanswered.delete(order.id));
  }
}

/** Stands for the payment provider, a service of somebody else. */
class Provider {
  constructor() {
    this.answers = true;
  }

  charge(id, onPaid) {
    if (this.answers) setTimeout(onPaid, 20, id);
  }
}

module.exports = { Order, Payments, Provider };
