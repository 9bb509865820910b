import { parseXml, XmlElement, type XmlNode } from '@rgrove/parse-xml';
import { describe, expect, it } from 'vitest';
import { htmlReport } from '../../../../src/bench/report/html-report.ts';
import { endpointResult, openResult, STEADY } from '../../../support/bench-result.ts';
import { loadRecord } from '../../../support/load-record.ts';

const MIXED = STEADY.map((record, i) =>
  loadRecord({
    ...record,
    precision: {
      average_bits: 6,
      configs: [
        { id: 'q4', tokens: 2 },
        { id: 'q8', tokens: 2 },
      ],
      switches: 1,
    },
    outcome: i === 3 ? 'timed-out' : 'completed',
  }),
);

function elementsOf(html: string): XmlElement[] {
  const inside = (element: XmlElement): XmlElement[] => [
    element,
    ...(element.children as XmlNode[]).flatMap((child) => (child instanceof XmlElement ? inside(child) : [])),
  ];
  const { root } = parseXml(html);
  return root === null ? [] : inside(root);
}

const textOf = (elements: readonly XmlElement[], name: string) =>
  elements.filter((element) => element.name === name).map(({ text }) => text);

const REPORTS = {
  'one rate': [openResult('a', { 1: MIXED })],
  'several rates': [openResult('a', { 1: STEADY, 2: MIXED })],
  'a comparison': [openResult('a'), openResult('b', { 1: MIXED })],
  'a comparison of rates': [
    openResult('a', { 1: STEADY, 2: MIXED }),
    openResult('b', { 2: MIXED, 4: STEADY }),
  ],
  endpoints: [endpointResult('a', { chat: {}, health: { latencyMs: null, requestsPerSecond: 0 } })],
  'a comparison of endpoints': [endpointResult('a', { chat: {} }), endpointResult('b', { health: {} })],
  'nothing measured': [openResult('a', {})],
};

describe.each(Object.entries(REPORTS))('a report of %s', (_, results) => {
  const html = htmlReport(results);
  const elements = elementsOf(html);

  it('is well-formed', () => {
    expect(elements[0]?.name).toBe('html');
    expect(html.startsWith('<!DOCTYPE html>\n<html lang="en"')).toBe(true);
  });

  it('[B4] fetches nothing: no links, sources, scripts, imports or addresses in its style', () => {
    const names = new Set(elements.map(({ name }) => name));
    for (const name of ['script', 'link', 'img', 'iframe', 'object', 'image', 'use', 'a', 'base']) {
      expect(names, name).not.toContain(name);
    }
    const attributes = elements.flatMap(({ attributes: own }) => Object.entries(own));
    expect(attributes.filter(([name]) => /^(src|href|xlink:href|srcset|data|action)$/.test(name))).toEqual(
      [],
    );
    const urls = attributes
      .filter(([, value]) => /url\(|:\/\//.test(value))
      .map(([name, value]) => `${name}=${value}`);
    expect(urls.every((text) => /^xmlns=http:\/\/www\.w3\.org\/(1999\/xhtml|2000\/svg)$/.test(text))).toBe(
      true,
    );
    expect(textOf(elements, 'style').join('')).not.toMatch(/@import|url\(|\/\//);
  });

  it('names every result, and is dark where readers wish that', () => {
    const [heading = ''] = textOf(elements, 'h1');
    for (const { label } of results) expect(heading).toContain(label);
    expect(textOf(elements, 'style').join('')).toContain('prefers-color-scheme: dark');
  });
});

describe('what a report shows', () => {
  const titles = (results: Parameters<typeof htmlReport>[0]) =>
    elementsOf(htmlReport(results))
      .filter(({ name }) => name === 'svg')
      .map(({ children }) => (children as XmlNode[]).find((child) => child instanceof XmlElement))
      .map((title) => (title as XmlElement).text);

  it('of a run: goodput, precision, distributions and the course over time', () => {
    expect(titles([openResult('a', { 1: MIXED })])).toEqual([
      'Goodput',
      'Tokens by precision',
      'First token',
      'Time per token',
      'Between chunks',
      'Arrivals and answers',
      'Concurrency',
      'Throughput',
      'First token, by time of arrival',
      'Precision',
    ]);
  });

  it('of a sweep: curves over rate first', () => {
    expect(titles([openResult('a', { 1: STEADY, 2: MIXED })]).slice(0, 6)).toEqual([
      'Goodput',
      'Quality-weighted goodput',
      'Attainment',
      'First token',
      'Time per token',
      'Precision',
    ]);
  });

  it('of a distribution: as much as came, of all that were due', () => {
    const html = htmlReport([
      openResult('a', { 1: STEADY.map((record, i) => (i < 5 ? record : { ...record, textAtMs: [] })) }),
    ]);
    const descriptions = textOf(elementsOf(html), 'desc');
    expect(descriptions.find((text) => text.includes('TTFT, ms'))).toContain(
      '101 points from (100, 0) to (100, 50)',
    );
  });

  it('escapes what others have named', () => {
    const label = '<script>alert("&")</script>';
    const result = openResult(
      label,
      { 1: MIXED.map((record) => ({ ...record, fault: '<b>' })) },
      { seed: '<i>' },
    );
    const elements = elementsOf(htmlReport([result]));
    expect(textOf(elements, 'h1')).toEqual([label]);
    expect(elements.some(({ name }) => ['script', 'b', 'i'].includes(name))).toBe(false);
  });

  it('says when it is of a part, or of unlike tests', () => {
    expect(htmlReport([{ ...openResult('a'), interrupted: true }])).toContain('This test was interrupted');
    expect(htmlReport([openResult('a'), openResult('b', { 1: STEADY }, { seed: 2 })])).toContain(
      'Not measured alike: --seed: 1 / 2.',
    );
  });
});
