// Loaded before all others, on whatever Node the user has, which would end with a stack over syntax it does not know:
// so nothing newer than Node 8 in here. 20.11 is the first with import.meta.dirname.
const version = process.versions.node
const [major, minor] = version.split('.').map(Number)

if (!(Number(major) > 20 || (major === 20 && Number(minor) >= 11))) {
  process.stderr.write(
    `toril: This is Node ${version}, and Toril needs 20.11 or newer to set itself up. Install one from https://nodejs.org and run the command again.\n`,
  )
  process.exit(1)
}
