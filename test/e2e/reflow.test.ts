import { expect, type Locator, type Page } from '@playwright/test'
import { openPanel, test } from './fixtures.ts'

/** What has to be reached on each screen, besides what the shell has. */
const screens: Record<string, (page: Page) => Locator[]> = {
  '/': (page) => [page.getByRole('radio', { name: '7 days' }), page.getByRole('button', { name: 'Table' })],
  '/jobs': (page) => [
    page.getByRole('textbox', { name: 'Filter jobs' }),
    page.getByRole('tab', { name: /failed$/ }),
    page.getByRole('button', { name: 'Empty the queue' }),
  ],
  '/enqueue/add-two-numbers': (page) => [
    page.getByRole('form', { name: 'Input' }).getByRole('textbox', { name: 'A', exact: true }),
    page.getByRole('main').getByRole('button', { name: 'Enqueue', exact: true }),
    page.getByRole('button', { name: /Enqueue and watch/ }),
  ],
  '/threads': (page) => [
    page.getByRole('button', { name: 'Freeze' }),
    page.getByRole('button', { name: 'One thread more' }),
    page.getByRole('radio', { name: '10 min' }),
  ],
  '/runners': (page) => [page.getByRole('button', { name: /^(Pause|Drain) this runner/ }).first()],
  '/connections': (page) => [
    page.getByRole('link', { name: 'New profile' }),
    page.getByLabel('Name', { exact: true }),
    page.getByRole('button', { name: 'Test connection' }),
    page.getByRole('searchbox', { name: 'Find a profile' }),
  ],
  '/preferences': (page) => [
    page.getByRole('searchbox', { name: 'Find a setting' }),
    page.getByLabel('Threads at most', { exact: true }),
  ],
}

/**
 * Scrolls there, as a person or the Tab key does, and looks whether it can be pressed: whole, and under nothing. The
 * trial also scrolls, and unlike scrolling alone begins anew when a screen that is still loading replaces the control.
 */
async function expectReachable(control: Locator): Promise<void> {
  await control.click({ trial: true })
  await expect(control).toBeInViewport({ ratio: 1 })
}

/** What stands out of the window or of the screen's sheet to the side: nobody can see it without scrolling that way. */
function sticksOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wide = [document.documentElement, ...document.querySelectorAll('main')]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => `${element.tagName} is ${element.scrollWidth - element.clientWidth} px too wide`)
    const out = [...document.querySelectorAll('header, main, nav, button, a, input, textarea, h1, h2')].filter(
      (one) => {
        const { left, right, width } = one.getBoundingClientRect()
        return (
          width > 1 && one.checkVisibility() && !one.matches('.skip') && (left < 0 || right > window.innerWidth + 0.5)
        )
      },
    )
    return [...wide, ...out.map((one) => `${one.tagName} ${one.ariaLabel ?? one.textContent}`)]
  })
}

const windows: readonly { title: string; width: number; height: number; text?: number }[] = [
  { title: '1280 px wide at 200 % zoom', width: 640, height: 450 },
  { title: '1280 px wide with text at 200 %', width: 1280, height: 900, text: 32 },
  { title: '1024 px wide', width: 1024, height: 700 },
]

for (const { title, width, height, text } of windows) {
  test(`in a window ${title} no screen scrolls sideways, and all can be reached`, async ({ page, runner }) => {
    await page.setViewportSize({ width, height })
    if (text !== undefined) {
      const chromium = await page.context().newCDPSession(page)
      await chromium.send('Page.enable')
      await chromium.send('Page.setFontSizes', { fontSizes: { standard: text } })
    }
    const { id } = await runner.call<{ id: string }>('POST', '/jobs', {
      type: 'add-two-numbers',
      input: { a: 1, b: 2 },
    })
    await openPanel(page, runner)
    const shell = [
      page.getByRole('button', { name: /^Profile: / }),
      page.getByRole('button', { name: /^Search jobs/ }),
      page.getByRole('banner').getByRole('button', { name: 'Pause' }),
      page.getByRole('banner').getByRole('button', { name: 'Enqueue' }),
    ]
    for (const name of ['Overview', 'Jobs', 'Threads', 'Runners', 'Connections', 'Preferences']) {
      shell.push(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }))
    }
    for (const control of shell) await expectReachable(control)
    for (const [path, controls] of Object.entries(screens)) {
      await page.goto(`${runner.url}${path}`)
      for (const control of controls(page)) await expectReachable(control)
      expect(await sticksOut(page), path).toEqual([])
    }

    // A job, and back to the list with the focus in it.
    await page.goto(`${runner.url}/jobs/${id}`)
    const detail = page.getByRole('complementary', { name: `Job ${id}` })
    await expect(detail.getByText('Attempt 1 completed')).toBeVisible()
    for (const name of ['Attempts', 'Logs', 'Input', 'Result', 'Options']) {
      await expectReachable(detail.getByRole('tab', { name }))
    }
    expect(await sticksOut(page), 'a job').toEqual([])
    await detail.getByRole('button', { name: 'Close' }).click()
    await expect(page.getByRole('grid', { name: 'Jobs' })).toBeFocused()
  })
}
