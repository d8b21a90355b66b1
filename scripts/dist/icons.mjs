// Draws the icons of all three systems from icon.svg. Run it after changing the drawing and commit what it
// writes: packaging then needs no drawing tool. It needs a Chromium (CHROMIUM, else /usr/bin/chromium).
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'

const folder = join(import.meta.dirname, 'resources')
const svg = readFileSync(join(folder, 'icon.svg'), 'utf8')

/** Apple's four-letter types of PNG entries, by size in pixels. */
const icnsTypes = { 32: ['ic11'], 64: ['ic12'], 128: ['ic07'], 256: ['ic08', 'ic13'], 512: ['ic09', 'ic14'], 1024: ['ic10'] }
const icoSizes = [16, 24, 32, 48, 64, 128, 256]

/** @param {number[]} sizes @returns {Promise<Map<number, Buffer>>} PNG by size */
async function draw(sizes) {
  const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium' })
  try {
    const page = await browser.newPage()
    /** @type {Map<number, Buffer>} */
    const pictures = new Map()
    for (const size of sizes) {
      await page.setViewportSize({ width: size, height: size })
      await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`)
      pictures.set(size, await page.screenshot({ omitBackground: true }))
    }
    return pictures
  } finally {
    await browser.close()
  }
}

/** @param {Map<number, Buffer>} pictures */
function icns(pictures) {
  const entries = Object.entries(icnsTypes).flatMap(([size, types]) =>
    types.map((type) => {
      const png = pictures.get(Number(size)) ?? Buffer.alloc(0)
      const head = Buffer.alloc(8)
      head.write(type, 'latin1')
      head.writeUInt32BE(png.length + 8, 4)
      return Buffer.concat([head, png])
    }),
  )
  const body = Buffer.concat(entries)
  const head = Buffer.alloc(8)
  head.write('icns', 'latin1')
  head.writeUInt32BE(body.length + 8, 4)
  return Buffer.concat([head, body])
}

/** @param {Map<number, Buffer>} pictures */
function ico(pictures) {
  const pngs = icoSizes.map((size) => pictures.get(size) ?? Buffer.alloc(0))
  const head = Buffer.alloc(6 + 16 * icoSizes.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(icoSizes.length, 4)
  let offset = head.length
  icoSizes.forEach((size, index) => {
    const at = 6 + 16 * index
    // 0 stands for 256.
    head.writeUInt8(size % 256, at)
    head.writeUInt8(size % 256, at + 1)
    head.writeUInt16LE(1, at + 4)
    head.writeUInt16LE(32, at + 6)
    head.writeUInt32LE(pngs[index]?.length ?? 0, at + 8)
    head.writeUInt32LE(offset, at + 12)
    offset += pngs[index]?.length ?? 0
  })
  return Buffer.concat([head, ...pngs])
}

const pictures = await draw([...new Set([...icoSizes, ...Object.keys(icnsTypes).map(Number)])])
writeFileSync(join(folder, 'icon.png'), pictures.get(1024) ?? '')
writeFileSync(join(folder, 'icon.icns'), icns(pictures))
writeFileSync(join(folder, 'icon.ico'), ico(pictures))
console.log(`Wrote icon.png, icon.icns and icon.ico to ${folder}.`)
