import { Tooltip } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Link, useLocation } from 'wouter'
import { Icon } from '../components/icon.tsx'
import { formatCompact, formatCount } from '../lib/format.ts'
import { useQueue, useRunners, useThreads } from '../lib/panel-context.tsx'
import { PoolStrip } from './pool-strip.tsx'
import { screenOf, screens, type Screen } from './screens.ts'

function useScreenCounts(): Partial<Record<string, number>> {
  const jobs = useQueue((queue) =>
    queue === undefined ? 0 : Object.values(queue.counts).reduce((sum, count) => sum + count, 0),
  )
  const threads = useThreads((list) => list?.length ?? 0)
  const runners = useRunners((list) => list?.length ?? 0)
  return { '/jobs': jobs, '/threads': threads, '/runners': runners }
}

function Item({ screen, count, current, rail }: { screen: Screen; count: number; current: boolean; rail: boolean }) {
  const shown = count > 0
  const link = (
    <Link
      href={screen.path}
      aria-keyshortcuts={screen.keys.replace('Mod', 'Control')}
      {...(current ? { 'aria-current': 'page' as const } : {})}
      {...(rail ? { 'aria-label': screen.label } : {})}
    >
      <Icon name={screen.icon} />
      <span>{screen.label}</span>
      {shown && (
        <span className="n" title={formatCount(count)}>
          {formatCompact(count)}
        </span>
      )}
    </Link>
  )
  return (
    <li>
      {rail ? (
        <Tooltip label={shown ? `${screen.label}, ${formatCount(count)}` : screen.label} position="right">
          {link}
        </Tooltip>
      ) : (
        link
      )}
    </li>
  )
}

export function Sidebar() {
  const [path] = useLocation()
  const counts = useScreenCounts()
  const rail = useMediaQuery('(max-width: 73.75em)') ?? false
  const current = screenOf(path)
  return (
    <nav className="side" aria-label="Main">
      <ul className="nav">
        {screens.map((screen) => (
          <Item
            key={screen.path}
            screen={screen}
            count={counts[screen.path] ?? 0}
            current={screen === current}
            rail={rail}
          />
        ))}
      </ul>
      <PoolStrip />
    </nav>
  )
}
