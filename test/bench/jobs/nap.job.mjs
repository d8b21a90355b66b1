/** Waits, so that each of several threads gets one. */
export default {
  name: 'nap',
  title: 'Nap',
  input: { type: 'object', required: ['ms'], properties: { ms: { type: 'number' } } },
  run: (/** @type {{ ms: number }} */ { ms }) => new Promise((resolve) => setTimeout(resolve, ms, null)),
}
