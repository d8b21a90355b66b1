import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, test, vi } from 'vitest'
import { menuTemplate } from '../../electron/main/menu.ts'
import { checkForUpdates } from '../../electron/main/updates.ts'

vi.mock('electron', async () => (await import('./electron-double.ts')).electronDouble())

function setUp(platform: NodeJS.Platform) {
  const actions = { go: vi.fn(), togglePause: vi.fn(), openDataFolder: vi.fn(), quit: vi.fn() }
  const menus = menuTemplate(actions, platform)
  const items = menus.flatMap(({ submenu }) => submenu as MenuItemConstructorOptions[] | undefined).filter(Boolean)
  const item = (label: string) => {
    const found = items.find((one) => one?.label === label)
    if (found === undefined) throw new Error(`There is no ${label}.`)
    return found as MenuItemConstructorOptions & { click: () => void }
  }
  return { actions, menus, items, item }
}

describe('the menu', () => {
  test('leads to the panel’s screens and leaves their keys to the panel', () => {
    const { actions, item } = setUp('linux')
    item('Enqueue a job').click()
    item('Preferences').click()
    item('Pause or resume').click()
    expect(actions.go.mock.calls).toEqual([['/enqueue'], ['/preferences']])
    expect(actions.togglePause).toHaveBeenCalledTimes(1)
    for (const label of ['Enqueue a job', 'Preferences', 'Pause or resume']) {
      expect(item(label).registerAccelerator, label).toBe(false)
    }
  })

  test('quits by our own way, which asks about running jobs', () => {
    for (const [platform, label] of [
      ['linux', 'Quit'],
      ['darwin', 'Quit Toril'],
    ] as const) {
      const { actions, item, items } = setUp(platform)
      item(label).click()
      expect(actions.quit).toHaveBeenCalledTimes(1)
      expect(items.some((one) => one?.role === 'quit')).toBe(false)
    }
  })

  test('has the app’s own menu on macOS alone', () => {
    expect(setUp('darwin').menus[0]?.label).toBe('Toril')
    expect(setUp('win32').menus[0]?.label).toBe('File')
  })
})

describe('updates', () => {
  test('are not looked for in development, nor where no place is configured', async () => {
    expect(await checkForUpdates(false, '/nowhere')).toBe(false)
    expect(await checkForUpdates(true, '/nowhere')).toBe(false)
  })
})
