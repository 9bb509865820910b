import { existsSync } from 'node:fs';

const ICD = '/usr/lib/chromium/vk_swiftshader_icd.json';
const LOADERS = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (machine) => `/usr/lib/${machine}/libvulkan.so.1`,
);

export const NEEDS_SOFTWARE_GPU =
  'needs the Debian package chromium, for its software Vulkan device, and libvulkan1 (apt-get install chromium libvulkan1)';

/** Whether this machine has SwiftShader and a Vulkan loader. */
export function hasSoftwareGpu(): boolean {
  return existsSync(ICD) && LOADERS.some((path) => existsSync(path));
}

/** What makes Vulkan find the software device, and nothing else. */
export const SOFTWARE_GPU_ENVIRONMENT = {
  VK_DRIVER_FILES: ICD,
  VK_ICD_FILENAMES: ICD,
  XDG_RUNTIME_DIR: '/tmp',
} as const;

/** For this process; to be called before it first uses WebGPU. */
export function useSoftwareGpu(): void {
  Object.assign(process.env, SOFTWARE_GPU_ENVIRONMENT);
}
