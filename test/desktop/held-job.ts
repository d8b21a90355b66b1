/** A job that runs until the file `go` of its input exists, so that a test decides when it ends. */
export const heldJob = `import { existsSync } from 'node:fs'
export default {
  name: 'held', title: 'Held',
  input: { type: 'object', properties: { go: { type: 'string' } }, required: ['go'] },
  defaults: { attempts: 1 },
  async run({ go }, ctx) {
    while (!existsSync(go)) await new Promise((resolve) => setTimeout(resolve, 20))
    return 'let go'
  },
}
`
