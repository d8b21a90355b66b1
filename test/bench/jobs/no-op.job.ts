/** Does nothing but to report progress as often as asked, so that what is measured is everything around it. */
export default {
  name: 'no-op',
  title: 'No-op',
  input: { type: 'object', properties: { progress: { type: 'integer', minimum: 0, default: 0 } } },
  run(input: { progress: number }, ctx: { progress(ratio: number): void }) {
    for (let call = 1; call <= input.progress; call++) ctx.progress(call / input.progress)
    return null
  },
}
