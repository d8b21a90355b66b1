/** Does nothing, so that what is measured is everything around it. */
export default {
  name: 'no-op',
  title: 'No-op',
  input: {},
  run: () => null,
}
