import { ipcMain } from 'electron'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { servePorts } from '../../electron/main/port-server.ts'
import { isPanelUrl, isTrustedPage } from '../../electron/main/trusted-page.ts'
import { portChannel } from '../../electron/preload/channels.ts'

vi.mock('electron', async () => (await import('./electron-double.ts')).electronDouble())

function pageAt(url: string) {
  const frame = { url, isDestroyed: vi.fn(() => false), postMessage: vi.fn() }
  return { frame, event: { sender: { mainFrame: frame }, senderFrame: frame } }
}
const ask = (event: unknown) => ipcMain.emit(portChannel, event)
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the port to the api', () => {
  beforeEach(() => {
    ipcMain.removeAllListeners()
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
  })

  test('goes to the panel once the runner takes jobs', async () => {
    const ready = Promise.withResolvers<() => void>()
    const serve = vi.fn()
    servePorts(ready.promise)
    const { frame, event } = pageAt('app://toril/jobs')
    ask(event)
    await settled()
    expect(frame.postMessage).not.toHaveBeenCalled()
    ready.resolve(serve)
    await settled()
    expect(serve).toHaveBeenCalledTimes(1)
    expect(frame.postMessage).toHaveBeenCalledWith(portChannel, null, [expect.anything()])
  })

  test('is a new one each time it is asked for', async () => {
    const serve = vi.fn()
    servePorts(Promise.resolve(serve))
    const { event } = pageAt('app://toril/')
    ask(event)
    ask(event)
    await settled()
    expect(serve.mock.calls[0]?.[0]).not.toBe(serve.mock.calls[1]?.[0])
  })

  test('is refused to every page but the panel', async () => {
    const serve = vi.fn()
    servePorts(Promise.resolve(serve))
    for (const url of ['https://example.com/', 'app://other/', 'http://localhost:5173/', 'file:///tmp/x.html', '']) {
      const { frame, event } = pageAt(url)
      ask(event)
      await settled()
      expect(frame.postMessage, url).not.toHaveBeenCalled()
    }
    expect(serve).not.toHaveBeenCalled()
  })

  test('is refused to a frame inside the panel and to a frame that is gone', async () => {
    const serve = vi.fn()
    servePorts(Promise.resolve(serve))
    const { event } = pageAt('app://toril/')
    ask({ ...event, senderFrame: { ...event.senderFrame } })
    ask({ ...event, senderFrame: null })
    await settled()
    expect(serve).not.toHaveBeenCalled()
  })

  test('is closed when the page went away meanwhile', async () => {
    const close = vi.fn()
    servePorts(Promise.resolve((port) => port.on('close', close)))
    const { frame, event } = pageAt('app://toril/')
    frame.isDestroyed.mockReturnValue(true)
    ask(event)
    await settled()
    expect(frame.postMessage).not.toHaveBeenCalled()
    expect(close).toHaveBeenCalledTimes(1)
  })
})

describe('the address of the panel', () => {
  test('is app://toril, and Vite’s server only while developing', () => {
    expect(isPanelUrl('app://toril/jobs/1')).toBe(true)
    expect(isPanelUrl('app://toril.example/')).toBe(false)
    expect(isPanelUrl('http://localhost:5173/')).toBe(false)
    expect(isPanelUrl('http://localhost:5173/jobs', 'http://localhost:5173')).toBe(true)
    expect(isPanelUrl('http://localhost:5174/', 'http://localhost:5173')).toBe(false)
    const frame = { url: 'http://localhost:5173/' }
    expect(isTrustedPage({ sender: { mainFrame: frame }, senderFrame: frame }, 'http://localhost:5173')).toBe(true)
  })
})
