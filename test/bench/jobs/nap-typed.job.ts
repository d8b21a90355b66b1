/** The same as `nap`, in TypeScript: its thread strips the types first. */
export default {
  name: 'nap-typed',
  title: 'Nap, typed',
  input: { type: 'object', required: ['ms'], properties: { ms: { type: 'number' } } },
  run: ({ ms }: { ms: number }) => new Promise((resolve) => setTimeout(resolve, ms, null)),
}
