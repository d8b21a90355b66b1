export function RunnersScreen() {
  return null
}
