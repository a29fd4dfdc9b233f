'use strict';

class Cart {
  constructor(number) {
    this.number = number;
    this.goods = [];
  }

  add(name) {
    this.goods.push(name);
  }
}

class Carts {
  constructor() {
    this.opened = 0;
    this.byNumber = new Map();
  }

  open() {
    this.opened += 1;
    const cart = new Cart(this.opened);
    this.byNumber.set(cart.number, cart);
    return cart;
  }

  checkOut(cart) {
    return `${cart.goods.length} sold`;
  }
}

module.exports = { Carts };
