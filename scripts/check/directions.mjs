/**
 * Which code may import which. The first pattern says who imports, the second what must not be
 * imported by it; the message says where the code belongs instead.
 * @typedef {{ name: string, from: RegExp, to: RegExp, message: string }} Direction
 */

const ours = 'electron|renderer|workers|prisma|scripts|test'

/** @type {Direction[]} */
export const directions = [
  {
    name: 'contract-stands-alone',
    from: /^electron\/contract\//,
    to: new RegExp(`^(?!electron/contract/)(${ours})/|^node:|^npm:(?!zod$|@orpc/contract$|@standard-schema/spec$)`),
    message:
      'The contract imports nothing of ours, and only zod and oRPC. What needs more belongs in electron/runner or electron/api.',
  },
  {
    name: 'runner-knows-no-shell',
    from: /^electron\/runner\//,
    to: /^electron\/(api|main|preload|headless)\/|^renderer\/|^npm:(electron|electron-updater|react|react-dom|@orpc\/(server|openapi|client)|ws|sirv)$|^node:(http|https|http2)$/,
    message:
      'The runner knows no Electron, HTTP or UI. Transports belong in electron/api, shells in electron/main and electron/headless.',
  },
  {
    name: 'only-queue-imports-bullmq',
    from: /^(?!electron\/runner\/queue\/|test\/|scripts\/)/,
    to: /^npm:bullmq$/,
    message: 'Only electron/runner/queue imports bullmq. Put it behind the JobQueue port there.',
  },
  {
    name: 'only-pool-imports-piscina',
    from: /^(?!electron\/runner\/pool\/|test\/|scripts\/)/,
    to: /^npm:piscina$/,
    message: 'Only electron/runner/pool imports piscina. Put it behind the ThreadPool port there.',
  },
  {
    name: 'only-history-imports-prisma',
    // Beside it only the class of decimal numbers, which is no client, comes from there into a thread.
    from: /^(?!electron\/runner\/history\/|workers\/database\/answer\.ts|test\/|scripts\/|prisma\.config\.ts)/,
    to: /^npm:@prisma\/|^electron\/runner\/history\/generated\//,
    message: 'Only electron/runner/history imports the Prisma client. Put it behind the History port there.',
  },
  {
    name: 'api-knows-no-shell',
    from: /^electron\/api\//,
    to: /^electron\/(main|preload|headless)\/|^renderer\/|^workers\/|^npm:electron$/,
    message:
      'The api is used by both shells and knows neither. What is about a window or a process belongs in a shell.',
  },
  {
    name: 'main-is-a-thin-shell',
    from: /^electron\/main\//,
    to: /^electron\/headless\/|^renderer\/|^workers\//,
    message:
      'The desktop shell uses runner, api and preload only. What both shells need belongs in electron/api or electron/runner.',
  },
  {
    name: 'headless-is-a-thin-shell',
    from: /^electron\/headless\//,
    to: /^electron\/(main|preload)\/|^renderer\/|^workers\/|^npm:(electron|electron-updater)$/,
    message:
      'The headless shell runs without Electron. What both shells need belongs in electron/api or electron/runner.',
  },
  {
    name: 'preload-hands-over-a-port',
    from: /^electron\/preload\//,
    to: new RegExp(`^(?!electron/(preload|contract)/)(${ours})/|^npm:(?!electron$)`),
    message:
      'The preload script hands the panel one port and imports nothing but Electron. Logic belongs in electron/main.',
  },
  {
    name: 'only-the-desktop-imports-electron',
    from: /^(?!electron\/(main|preload)\/|test\/|scripts\/)/,
    to: /^npm:(electron|electron-updater)$/,
    message: 'Only electron/main and electron/preload import Electron: everything else also runs without it.',
  },
  {
    name: 'panel-speaks-the-contract',
    from: /^renderer\//,
    to: new RegExp(`^(?!renderer/|electron/contract/)(${ours})/|^node:`),
    message:
      'The panel imports only electron/contract of ours, and nothing of Node. What it needs to know goes through a procedure.',
  },
  {
    name: 'workers-speak-the-contract',
    from: /^workers\//,
    to: new RegExp(`^(?!workers/|electron/contract/)(${ours})/|^npm:(electron|bullmq|piscina|ioredis|pg)$`),
    message:
      'Code in a thread imports only workers/ and electron/contract. A dependency reaches a job through ctx.services.',
  },
  {
    name: 'jobs-are-pure',
    from: /^workers\/jobs\//,
    to: /^workers\/(?!jobs\/|define-job\.ts|context\.ts)/,
    message:
      'A job knows only defineJob and its context, so that it runs in any executor. Put shared job code into workers/jobs.',
  },
  {
    name: 'product-imports-no-tooling',
    from: /^(electron|renderer|workers)\//,
    to: /^(test|scripts)\//,
    message: 'The product imports nothing from test/ and scripts/.',
  },
]

/**
 * @typedef {import('./imports.mjs').Import} Import
 * @typedef {{ rule: string, file: string, line: number, message: string }} Problem
 */

/**
 * The imports that go against a direction.
 * @param {Import[]} imports
 * @returns {Problem[]}
 */
export function againstDirections(imports) {
  return imports.flatMap(({ from, line, to }) =>
    directions
      .filter((direction) => direction.from.test(from) && direction.to.test(to))
      .map(({ name, message }) => ({ rule: name, file: from, line, message: `imports ${to}. ${message}` })),
  )
}

/**
 * Import cycles, each told once, type-only imports included: they too tie files together.
 * @param {Import[]} imports
 * @returns {Problem[]}
 */
export function cycles(imports) {
  /** @type {Map<string, Import[]>} */
  const edges = new Map()
  for (const edge of imports) edges.set(edge.from, [...(edges.get(edge.from) ?? []), edge])
  /** @type {Map<string, 'open' | 'done'>} */
  const seen = new Map()
  /** @type {Problem[]} */
  const problems = []
  /** @type {string[]} */
  const path = []
  /** @param {string} file */
  const visit = (file) => {
    seen.set(file, 'open')
    path.push(file)
    for (const { to, line } of edges.get(file) ?? []) {
      if (seen.get(to) === 'open') {
        const circle = [...path.slice(path.indexOf(to)), to].join(' → ')
        problems.push({
          rule: 'no-cycles',
          file,
          line,
          message: `closes a circle: ${circle}. Move what both need into a file of its own.`,
        })
      } else if (!seen.has(to) && edges.has(to)) visit(to)
    }
    path.pop()
    seen.set(file, 'done')
  }
  for (const file of edges.keys()) if (!seen.has(file)) visit(file)
  return problems
}
