import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { runNode, scratchCheckout } from './scratch-checkout.ts'

const ask = `
  import { fetchElectron } from './scripts/start/electron.mjs'
  console.log(JSON.stringify(await fetchElectron({ again: process.argv.includes('again') })))`

/** A port that nobody listens on any more. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function mirror(port: number): Record<string, string> {
  return { ELECTRON_MIRROR: `http://127.0.0.1:${port}/`, HTTPS_PROXY: '', https_proxy: '', ALL_PROXY: '' }
}

test('a host that refuses is named, and not asked again until told to', async () => {
  const folder = scratchCheckout({ 'ask.mjs': ask })
  const port = await closedPort()
  const first = await runNode(folder, ['ask.mjs'], mirror(port))
  const reason = `cannot be fetched: 127.0.0.1:${port} cannot be reached (ECONNREFUSED)`
  expect(JSON.parse(first.stdout)).toEqual({ reason })

  let asked = 0
  const server = createServer((socket) => {
    asked += 1
    socket.destroy()
  })
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const other = mirror((server.address() as AddressInfo).port)
  expect(JSON.parse((await runNode(folder, ['ask.mjs'], other)).stdout)).toEqual({
    reason: `${reason} (tried 1 min ago; npm start -- --get-electron tries again)`,
  })
  expect(asked).toBe(0)

  const again = await runNode(folder, ['ask.mjs', 'again'], other)
  expect(asked).toBeGreaterThan(0)
  expect(JSON.parse(again.stdout)).toEqual({ reason: expect.stringContaining('cannot be fetched') as string })
})

test('as root on Linux the sandbox stays on and the reason says so', async () => {
  const folder = scratchCheckout({
    'ask.mjs': `
      import { obstacle } from './scripts/start/electron.mjs'
      Object.defineProperty(process, 'platform', { value: process.argv[2] })
      process.getuid = () => Number(process.argv[3])
      console.log(String(obstacle()))`,
  })
  const answer = async (platform: string, uid: number, env: Record<string, string>) =>
    (await runNode(folder, ['ask.mjs', platform, String(uid)], env)).stdout.trim()
  const display = { DISPLAY: ':0' }
  expect(await answer('linux', 0, display)).toContain('does not run as root unless its sandbox is turned off')
  expect(await answer('linux', 1000, display)).toBe('undefined')
  expect(await answer('linux', 1000, { DISPLAY: '', WAYLAND_DISPLAY: '' })).toContain('no display')
  expect(await answer('darwin', 0, display)).toBe('undefined')
})

// Windows has no bit to set.
test.skipIf(process.platform === 'win32')(
  'a kernel that forbids user namespaces is named, unless its sandbox program has the rights',
  async () => {
    const folder = scratchCheckout({
      'sys/kernel/apparmor_restrict_unprivileged_userns': '1\n',
      'free/kernel/apparmor_restrict_unprivileged_userns': '0\n',
      'old/kernel/unprivileged_userns_clone': '0\n',
      'dist/electron': '',
      'dist/chrome-sandbox': '',
      'ask.mjs': `
      import fs from 'node:fs'
      import { syncBuiltinESMExports } from 'node:module'
      const { statSync } = fs
      fs.statSync = (file, options) => {
        const found = statSync(file, options)
        if (found !== undefined && process.env.SET_UID) Object.assign(found, { uid: 0, mode: found.mode | 0o4000 })
        return found
      }
      syncBuiltinESMExports()
      const { obstacle } = await import('./scripts/start/electron.mjs')
      Object.defineProperty(process, 'platform', { value: 'linux' })
      process.getuid = () => 1000
      console.log(String(obstacle(process.argv[3], process.argv[2])))`,
    })
    const answer = async (settings: string, electron: string[], env: Record<string, string> = {}) => {
      const all = { DISPLAY: ':0', ELECTRON_EXEC_PATH: '', SET_UID: '', ...env }
      return (await runNode(folder, ['ask.mjs', settings, ...electron], all)).stdout.trim()
    }
    const there = ['dist/electron']
    const locked = /^The kernel keeps Electron's sandbox from working \(kernel\.apparmor_restrict_\w+ is 1\)/
    expect(await answer('sys', [])).toMatch(locked)
    expect(await answer('sys', there)).toMatch(locked)
    expect(await answer('old', there)).toContain('kernel.unprivileged_userns_clone is 0')
    expect(await answer('free', there)).toBe('undefined')
    expect(await answer('sys', there, { SET_UID: '1' })).toBe('undefined')
    expect(await answer('sys', there, { ELECTRON_EXEC_PATH: '/opt/electron' })).toBe('undefined')
  },
)
