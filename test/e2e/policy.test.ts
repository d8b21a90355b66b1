import { createServer, type AddressInfo } from 'node:net'
import { expect } from '@playwright/test'
import { openPanel, test } from './fixtures.ts'

test('the panel talks to its own runner and to no other port', async ({ page, runner }) => {
  let reached = 0
  const other = createServer((socket) => {
    reached += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  try {
    // Live: its WebSocket is open.
    await openPanel(page, runner)
    const { port } = other.address() as AddressInfo
    const refused = await page.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective))
          const socket = new WebSocket(url)
          socket.addEventListener('error', () => setTimeout(resolve, 1000, 'tried'))
        }),
      `ws://127.0.0.1:${port}`,
    )
    expect([refused, reached]).toEqual(['connect-src', 0])
  } finally {
    await new Promise((resolve) => other.close(resolve))
  }
})
