/** True where `Mod` is the Command key. */
export function isMac(where: Pick<Navigator, 'userAgent'>): boolean {
  return /Mac|iPhone|iPad/.test(where.userAgent)
}

/** Room at the left of the top bar for the buttons that macOS draws into the window. */
export function hasTrafficLights(bridge: { platform: string } | undefined): boolean {
  return bridge?.platform === 'darwin'
}
