import { lstatSync, writeFileSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { writePrivateFile } from '../../api/private-file.ts'
import type { ConnectionProfile, ProfileDraft, ProfilePatch } from '../../contract/connection-profile.ts'
import type { TorilClient } from '../client/create-client.ts'
import { CliError, exitCodes } from '../exit-codes.ts'
import { note, print, printJson } from '../output/print.ts'
import { queueTable } from '../output/queue-table.ts'
import { profileTable, profileText } from '../output/profile-text.ts'
import { readInput } from './input.ts'
import { confirmed } from './confirmed.ts'
import { overKnownHosts } from './host-key.ts'
import { profileChanges, withChanges, type ChangesFlags } from './profile-changes.ts'
import { changedFields, secretChanges, type ProfileFlags } from './profile-draft.ts'
import { fromEnvironment, readSecrets } from './secret-input.ts'
import { testProfile, type TestFlags } from './test-profile.ts'
import { collect, openClient, wholeNumber, withJson, type JsonFlag } from './shared-options.ts'

export function addProfiles(program: Command): void {
  const profiles = withJson(program.command('profiles'))
    .description('connections: where jobs wait and where their history is kept')
    // Else a command that is misspelt counts as an argument too many.
    .allowExcessArguments()
    .action((flags: JsonFlag, { args: [unknown] }: Command) => (unknown === undefined ? list(flags) : noSuch(unknown)))
  const command = (usage: string, description: string): Command =>
    withJson(profiles.command(usage)).description(description)

  command('list', 'list them; * is the one in use').action(list)
  command('show <profile>', 'all fields of one, by its name or id').action(async (text: string, flags: JsonFlag) => {
    printProfile(await find(openClient(), text), flags)
  })
  command('queues <profile>', 'the queues of BullMQ on its server, whoever made them').action(
    async (text: string, flags: JsonFlag) => {
      const client = openClient()
      const { id, name } = await find(client, text)
      const answer = await client.profiles.queues({ id })
      if (wantsJson(flags)) return printJson(answer)
      print(answer.queues.length === 0 ? `There is no queue of BullMQ on the server of ${name}.` : queueTable(answer))
      if (answer.cut !== undefined) note(answer.cut)
    },
  )
  withSecrets(
    command('add <name> [field=value...]', 'add one, e.g. toril profiles add Staging --url rediss://h:6380'),
  ).action(add)
  withSecrets(command('edit <profile> [field=value...]', 'change fields; null takes one away'))
    .option('--forget <password>', 'remove a stored password, e.g. queue.password', collect)
    .option('--confirm <name>', 'its name, which one for production asks for before it is made less safe')
    .action(edit)
  withChanges(command('changes <profile>', 'allow changes through it for a time, although it is read-only')).action(
    async (text: string, flags: JsonFlag & ChangesFlags) => {
      const client = openClient()
      await profileChanges(client, await find(client, text), flags, wantsJson(flags))
    },
  )
  command('remove <profile>', 'remove one and its passwords').action(async (text: string, flags: JsonFlag) => {
    const client = openClient()
    const { id, name } = await find(client, text)
    await client.profiles.remove({ id })
    if (wantsJson(flags)) printJson({ id, removed: true })
    else print(`Profile ${name} is removed.`)
  })
  command('test <profile>', 'try its connection step by step, writing nothing')
    .option('--accept-host-key <fingerprint>', 'take this SSH host key for known from now on')
    .action(async (text: string, flags: JsonFlag & TestFlags) => {
      const client = openClient()
      await testProfile(client, (await find(client, text)).id, flags, wantsJson(flags))
    })
  command('use <profile>', 'move the runner to it; jobs that run finish first, or go back to wait')
    .option(
      '--grace <seconds>',
      'how long jobs that run have to finish; else as in the preferences',
      wholeNumber(0, 86_400),
    )
    .action(use)
  withPassphrase(command('export [profile...]', 'all or some, without passwords unless there is a passphrase'))
    .option('-o, --out <file>', 'write to this file instead of standard output')
    .action(exportFile)
  withPassphrase(command('import <file>', 'add those of an exported file; - for standard input')).action(importFile)
}

function withSecrets(command: Command): Command {
  return command
    .option('--url <address>', 'the queue: redis://, rediss://, unix: or host:port, without a password')
    .option('--history-url <address>', 'the history: postgresql://, without a password')
    .option('--password', "ask for the queue's password; without a terminal it is a line of standard input")
    .option('--password-env <name>', "environment variable with the queue's password")
    .option('--history-password-env <name>', "environment variable with the history's password")
    .option('--secret <path>', 'ask for another password, e.g. queue.tunnel.password', collect)
    .option('--secret-env <path=name>', 'environment variable with another password', collect)
}

function withPassphrase(command: Command): Command {
  return command
    .option('--passphrase', 'ask for the passphrase of the passwords')
    .addOption(
      new Option('--passphrase-env <name>', 'environment variable with the passphrase').conflicts('passphrase'),
    )
}

interface PassphraseFlags extends JsonFlag {
  passphrase?: boolean
  passphraseEnv?: string
}

async function passphraseOf({ passphrase, passphraseEnv }: PassphraseFlags): Promise<{ passphrase?: string }> {
  if (passphraseEnv !== undefined) return { passphrase: fromEnvironment(passphraseEnv) }
  if (passphrase !== true) return {}
  const [answer = ''] = await readSecrets(['Passphrase'])
  return { passphrase: answer }
}

/** `--json` before or after the name of the command: commander gives it to the one it stands behind. */
function wantsJson({ json }: JsonFlag): boolean {
  return json === true || process.argv.includes('--json')
}

function printProfile(profile: ConnectionProfile, flags: JsonFlag): void {
  if (wantsJson(flags)) printJson(profile)
  else print(profileText(profile))
}

async function find(client: TorilClient, text: string): Promise<ConnectionProfile> {
  const { profiles } = await client.profiles.list()
  const found =
    profiles.find(({ id }) => id === text) ??
    profiles.find(({ name }) => name.toLowerCase() === text.trim().toLowerCase())
  if (found !== undefined) return found
  const names = profiles.map(({ name }) => name).join(', ')
  throw new CliError(exitCodes.refused, `There is no profile ${text}. There are: ${names}.`, {
    code: 'PROFILE_NOT_FOUND',
  })
}

async function list(flags: JsonFlag): Promise<void> {
  const client = openClient()
  const answer = await client.profiles.list()
  if (wantsJson(flags)) return printJson(answer)
  print(profileTable(answer))
  if (answer.fixedByEnvironment) note('Which one is used is set by the environment variable TORIL_PROFILE.')
  await noteEnvironment(client)
}

function noSuch(command: string): never {
  const named = /^[a-z-]+$/.test(command) ? `There is no command toril profiles ${command}.` : 'That is no command.'
  throw new CliError(exitCodes.usage, `${named} See toril profiles --help.`)
}

/** What is listed is what is stored. */
async function noteEnvironment(client: TorilClient): Promise<void> {
  const { environment } = await client.system.info()
  for (const { variable, field, value } of environment) {
    if (!field.startsWith('profile.')) continue
    note(
      `${field.slice('profile.'.length)} of the one in use is set by the environment variable ${variable}: ${value}.`,
    )
  }
}

async function use(text: string, { grace, ...flags }: JsonFlag & { grace?: number }): Promise<void> {
  const client = openClient()
  const found = await find(client, text)
  const options = { id: found.id, ...(grace === undefined ? {} : { graceMs: grace * 1000 }) }
  const profile = await overKnownHosts(client, found, () => client.profiles.use(options))
  if (wantsJson(flags)) printJson(profile)
  else print(`The runner uses the profile ${profile.name}.`)
}

async function add(name: string, assignments: string[], flags: ProfileFlags & JsonFlag): Promise<void> {
  const client = openClient()
  // The runner checks every field and names the one that is wrong.
  const fields = changedFields(assignments, flags) as Partial<ProfileDraft>
  printProfile(await client.profiles.create({ ...fields, name, secrets: await secretChanges(flags) }), flags)
}

async function edit(
  text: string,
  assignments: string[],
  flags: ProfileFlags & JsonFlag & { confirm?: string },
): Promise<void> {
  const client = openClient()
  const { id, queue, history } = await find(client, text)
  const before = JSON.parse(JSON.stringify({ queue, history })) as Parameters<typeof changedFields>[2]
  const fields = changedFields(assignments, flags, before) as ProfilePatch
  const secrets = await secretChanges(flags)
  if (Object.keys(fields).length + Object.keys(secrets).length === 0) {
    throw new CliError(exitCodes.usage, 'Nothing to change was given. Add field=value, --url or a password.')
  }
  const update = (confirm: { confirm?: string }) => client.profiles.update({ id, ...fields, secrets, ...confirm })
  printProfile(await confirmed(flags.confirm, update), flags)
}

async function exportFile(texts: string[], flags: PassphraseFlags & { out?: string }): Promise<void> {
  const client = openClient()
  const chosen = await Promise.all(texts.map((text) => find(client, text)))
  const ids = texts.length === 0 ? {} : { ids: chosen.map(({ id }) => id) }
  const file = await client.profiles.export({ ...ids, ...(await passphraseOf(flags)) })
  if (flags.out === undefined) return printJson(file)
  try {
    writeExport(flags.out, `${JSON.stringify(file, undefined, 2)}\n`)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw new CliError(exitCodes.usage, `The file ${flags.out} cannot be written (${reason}).`)
  }
  if (wantsJson(flags)) printJson({ file: flags.out, profiles: file.profiles.length })
  else print(`${file.profiles.length} ${file.profiles.length === 1 ? 'profile' : 'profiles'} written to ${flags.out}.`)
}

/** A file that is there already may be one that all may read. What is no file, such as a pipe, is only written to. */
function writeExport(path: string, text: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.isFile()) writePrivateFile(path, text)
  else writeFileSync(path, text, { mode: 0o600 })
}

async function importFile(path: string, flags: PassphraseFlags): Promise<void> {
  const file = await readInput(path === '-' ? path : `@${path}`)
  const answer = await openClient().profiles.import({ file, ...(await passphraseOf(flags)) })
  if (wantsJson(flags)) return printJson(answer)
  print(`Imported: ${answer.profiles.map(({ name }) => name).join(', ')}.`)
  if (answer.secretsLeftOut) note('The file holds passwords too. They were left out: no passphrase was given.')
}
