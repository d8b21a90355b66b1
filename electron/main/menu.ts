import { app, type MenuItemConstructorOptions } from 'electron'

export interface MenuActions {
  /** Shows a screen of the panel, given as its path, e.g. `/enqueue`. */
  go(path: string): void
  togglePause(): void
  openDataFolder(): void
  quit(): void
}

/**
 * The standard menus with Toril's own entries. `registerAccelerator: false` shows a shortcut whose key the
 * panel itself handles, so that it does not act twice.
 */
export function menuTemplate(actions: MenuActions, platform: NodeJS.Platform): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin'
  const preferences: MenuItemConstructorOptions = {
    label: mac ? 'Settings…' : 'Preferences',
    accelerator: 'CommandOrControl+,',
    registerAccelerator: false,
    click: () => actions.go('/preferences'),
  }
  const dataFolder: MenuItemConstructorOptions = { label: 'Open data folder', click: () => actions.openDataFolder() }
  const quit: MenuItemConstructorOptions = {
    label: mac ? `Quit ${app.name}` : 'Quit',
    accelerator: 'CommandOrControl+Q',
    click: () => actions.quit(),
  }
  return [
    ...(mac ? [macAppMenu(preferences, quit)] : []),
    {
      label: 'File',
      submenu: mac
        ? [dataFolder, { type: 'separator' }, { role: 'close' }]
        : [preferences, dataFolder, { type: 'separator' }, quit],
    },
    {
      label: 'Queue',
      submenu: [
        {
          label: 'Enqueue a job',
          accelerator: 'CommandOrControl+E',
          registerAccelerator: false,
          click: () => actions.go('/enqueue'),
        },
        {
          label: 'Pause or resume',
          accelerator: 'CommandOrControl+Shift+P',
          registerAccelerator: false,
          click: () => actions.togglePause(),
        },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'reload' },
        { role: 'toggleDevTools' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
  ]
}

function macAppMenu(
  preferences: MenuItemConstructorOptions,
  quit: MenuItemConstructorOptions,
): MenuItemConstructorOptions {
  return {
    label: app.name,
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      preferences,
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      quit,
    ],
  }
}
