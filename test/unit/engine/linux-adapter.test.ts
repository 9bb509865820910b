import { expect, test } from 'vitest';
import { deviceMemoryBudget } from '../../../src/engine/webgpu/adapter-facts.ts';
import { linuxAdapter, type ProcessView } from '../../../src/engine/webgpu/linux-adapter.ts';

const GIB = 2 ** 30;

function seen(view: Partial<ProcessView>) {
  return linuxAdapter({ libraries: [], files: [], read: () => null, askNvidia: () => null, ...view });
}

test('NVIDIA’s device is told by its node, name and memory by its own tool', () => {
  const told: Record<string, string> = { name: 'NVIDIA H100', 'memory.total': '81920' };
  const askNvidia = (index: number, what: string) => (index === 1 ? (told[what] ?? null) : null);
  const files = ['/dev/nvidiactl', '/dev/nvidia-uvm', '/dev/nvidia1'];
  expect(seen({ files, askNvidia })).toEqual({
    name: 'NVIDIA H100',
    kind: 'hardware',
    memory: { bytes: 80 * GIB, of: 'device' },
  });
  expect(seen({ files })).toEqual({ name: 'NVIDIA GPU', kind: 'hardware', memory: null });
  expect(seen({ files: ['/dev/nvidiactl'] }).kind).toBe('unknown');
});

test('another device is told by its render node', () => {
  const system = new Map([
    ['/sys/class/drm/renderD128/device/vendor', '0x1002\n'],
    ['/sys/class/drm/renderD128/device/device', '0x744c\n'],
    ['/sys/class/drm/renderD128/device/uevent', 'DRIVER=amdgpu\nPCI_CLASS=30000\n'],
    ['/sys/class/drm/renderD128/device/mem_info_vram_total', `${24 * GIB}\n`],
  ]);
  const read = (path: string) => system.get(path) ?? null;
  expect(seen({ files: ['/dev/dri/renderD128'], read })).toEqual({
    name: 'AMD GPU 0x744c (amdgpu)',
    kind: 'hardware',
    memory: { bytes: 24 * GIB, of: 'device' },
  });
  expect(seen({ files: ['/dev/dri/renderD128'] })).toMatchObject({ kind: 'hardware', memory: null });
});

test('a driver that holds no device computes on the processor, whatever else is loaded', () => {
  const libraries = ['/usr/lib/x86_64-linux-gnu/libvulkan.so.1.3', '/usr/lib/chromium/libvk_swiftshader.so'];
  expect(seen({ libraries })).toMatchObject({
    name: 'SwiftShader',
    kind: 'software',
    memory: { of: 'system' },
  });
  expect(seen({ libraries: ['/usr/lib/libvulkan_lvp.so'] })).toMatchObject({
    name: 'lavapipe',
    kind: 'software',
  });
  expect(seen({ libraries, files: ['/dev/dri/renderD129'] }).kind).toBe('hardware');
  expect(seen({ libraries: ['/usr/lib/libvulkan_new.so'] })).toMatchObject({ kind: 'unknown', memory: null });
});

test('a model may take what is set, else most of a device’s memory, or half of what the device shares', () => {
  expect(deviceMemoryBudget({ memory: { bytes: 1000, of: 'device' } }, null)).toBe(900);
  expect(deviceMemoryBudget({ memory: { bytes: 1000, of: 'system' } }, null)).toBe(500);
  expect(deviceMemoryBudget({ memory: { bytes: 1000, of: 'device' } }, 5000)).toBe(5000);
  expect(deviceMemoryBudget({ memory: null }, null)).toBeNull();
});
