'use strict';

// Visitors of the shop, one after the other. usage: node visit.js COUNT

const COUNT = Number(process.argv[2]);
const PORT = Number(process.env.PORT ?? 3000);

async function main() {
  for (let visit = 0; visit < COUNT; visit += 1) {
    const response = await fetch(`http://127.0.0.1:${PORT}/checkout`);
    await response.text();
  }
  console.log(`${COUNT} visits`);
}

main();
