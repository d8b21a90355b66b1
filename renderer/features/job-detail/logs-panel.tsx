import { Menu } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { logLevels, type LogLevel, type LogLine } from '../../../electron/contract/job.ts'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { formatCount, formatIso, formatLogTime, plural } from '../../lib/format.ts'
import { filterLines } from './log-lines.ts'

const lineHeight = 22
/** Closer to the end than this counts as at the end, in px. */
const nearEnd = 24

const levelWords: Record<LogLevel, string> = {
  debug: 'All levels',
  info: 'Info and up',
  warn: 'Warnings and errors',
  error: 'Errors',
}

/** The log, live. It follows the end until one scrolls up, and then says how many lines came. */
export function LogsPanel({ lines, dropped, live }: { lines: readonly LogLine[]; dropped: number; live: boolean }) {
  const [text, setText] = useState('')
  const [least, setLeast] = useState<LogLevel>('debug')
  const [following, setFollowing] = useState(true)
  const [seenSeq, setSeenSeq] = useState(0)
  const scroller = useRef<HTMLDivElement>(null)
  const shown = useMemo(() => filterLines(lines, text, least), [lines, text, least])
  const lastSeq = lines.at(-1)?.seq ?? 0
  const unseen = following ? 0 : shown.filter((line) => line.seq > seenSeq).length

  // Its functions are used here only, never handed to a memoised component.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    getItemKey: (index) => shown[index]?.seq ?? index,
    overscan: 20,
  })
  const { scrollToIndex } = virtual
  useEffect(() => {
    if (following && shown.length > 0) scrollToIndex(shown.length - 1, { align: 'end' })
  }, [following, shown.length, scrollToIndex])

  const follow = (on: boolean): void => {
    setFollowing(on)
    setSeenSeq(lastSeq)
  }
  const onScroll = (): void => {
    const element = scroller.current
    if (element === null) return
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd
    if (atEnd !== following && (atEnd || element.scrollTop < lastScroll.current)) follow(atEnd)
    lastScroll.current = element.scrollTop
  }
  const lastScroll = useRef(0)

  return (
    <section className="logs" aria-label="Logs">
      <div className="lg-h">
        <h3>Logs</h3>
        <div className="input sm">
          <Icon name="search" className="sm" />
          <input
            aria-label="Find in logs"
            placeholder={`Find in ${plural(lines.length, 'line')}`}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          {text !== '' && <span className="tail">{formatCount(shown.length)}</span>}
        </div>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button size="sm" variant="quiet">
              {levelWords[least]}
              <Icon name="down" className="sm" />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {logLevels.map((level) => (
              <Menu.Item key={level} onClick={() => setLeast(level)}>
                {levelWords[level]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Button size="sm" icon="follow" aria-pressed={following} onClick={() => follow(!following)}>
          {following ? 'Following' : unseen > 0 ? plural(unseen, 'new line') : 'Follow'}
        </Button>
      </div>
      {dropped > 0 && (
        <p className="lg-n">
          {plural(dropped, 'line')} {dropped === 1 ? 'was' : 'were'} not kept. Where they are missing, the log says so.
        </p>
      )}
      <div ref={scroller} className="lg-b mono scroll" role="log" aria-live="off" tabIndex={0} onScroll={onScroll}>
        {shown.length === 0 ? (
          <p className="lg-e">
            {lines.length > 0 ? 'No line matches.' : live ? 'Nothing logged yet.' : 'The job logged nothing.'}
          </p>
        ) : (
          <div className="lg-all" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const line = shown[item.index]
              if (line === undefined) return null
              return (
                <div
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  className={`lg ${line.level}`}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <time dateTime={line.at} title={formatIso(line.at)}>
                    {formatLogTime(line.at)}
                  </time>
                  <span className="lv">{line.level}</span>
                  <span className="lt">{line.text}</span>
                </div>
              )
            })}
          </div>
        )}
      </div>
    </section>
  )
}
