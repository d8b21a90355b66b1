export function ThreadsScreen() {
  return null
}
