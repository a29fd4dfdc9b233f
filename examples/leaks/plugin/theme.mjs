export const colours = Array.from({ length: 8 }, (_, at) => ({ at, name: `colour ${at}` }));
