'use strict';
// An interceptor for each request, and ejected when it is over: axios leaves an empty slot in its list for each.
const axios = require('axios');

const adapter = async (config) => ({ data: {}, status: 200, statusText: 'OK', headers: {}, config });
const client = axios.create({ baseURL: 'http://127.0.0.1:9', adapter });

exports.leak = async (i) => {
  const id = client.interceptors.request.use((config) => {
    config.headers.token = `token-${i}`;
    return config;
  });
  await client.get('/me');
  client.interceptors.request.eject(id);
};
exports.fixed = (i) => client.get('/me', { headers: { token: `token-${i}` } });
exports.operations = 401;
exports.expect = { kind: 'growing-array', classes: ['Array'], path: ['InterceptorManager', 'handlers'] };
