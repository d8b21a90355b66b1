/** Keeps its thread at full CPU for the time asked. */
export default {
  name: 'burn',
  title: 'Burn',
  input: { type: 'object', required: ['ms'], properties: { ms: { type: 'number' } } },
  run({ ms }: { ms: number }) {
    const until = performance.now() + ms
    while (performance.now() < until);
    return null
  },
}
