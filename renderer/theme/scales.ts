import type { MantineColorsTuple } from '@mantine/core'

/**
 * The scales of tokens.css again, as literals: to pick a readable colour for the text on a filled
 * background Mantine has to read a luminance, and it cannot read that from a variable.
 */
export const colors = {
  gray: ['#f7f7f9', '#ededf0', '#dfe0e4', '#c6c8ce', '#a4a7af', '#868992', '#65686f', '#52555d', '#33353c', '#17181c'],
  dark: ['#ecedf0', '#c9cbd1', '#a4a7af', '#8b8e97', '#646873', '#30333a', '#1a1b20', '#131418', '#0d0e11', '#08090b'],
  blue: ['#eef6ff', '#d9ebff', '#b6d8ff', '#86bffd', '#58a8fa', '#3498f6', '#1b74d8', '#0a5fbe', '#0b4a92', '#0b315e'],
  green: ['#e6fbf3', '#c8f6e4', '#9df0d0', '#74e9bf', '#4fe3b0', '#2cc08d', '#23a06e', '#14795a', '#0f6549', '#083b2b'],
  yellow: [
    '#fff5e2',
    '#ffe7bd',
    '#fed68f',
    '#fcc35e',
    '#f9b032',
    '#e59614',
    '#d07c00',
    '#a56303',
    '#774802',
    '#472b01',
  ],
  red: ['#fff1ee', '#ffdfd8', '#ffc0b4', '#fc9a87', '#f7745c', '#f0533a', '#d8341c', '#b01f0d', '#871a0c', '#551006'],
  violet: [
    '#f6f1fe',
    '#ebe1fd',
    '#d9c7fc',
    '#c6adfa',
    '#ac8ae8',
    '#9168cf',
    '#7d3f9e',
    '#6938a4',
    '#4f2b7b',
    '#321b4f',
  ],
} satisfies Record<string, MantineColorsTuple>
