/** Never yields and never ends: only the end of its thread stops it. */
export default {
  name: 'spin',
  title: 'Spin',
  input: {},
  defaults: { attempts: 1 },
  run() {
    for (;;);
  },
}
