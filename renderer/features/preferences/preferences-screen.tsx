export function PreferencesScreen() {
  return null
}
