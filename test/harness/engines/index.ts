import type { Engine, EngineName } from '../engine.js';
import { chromium } from './chromium.js';
import { firefox } from './firefox.js';
import { webkit } from './webkit.js';

export const ENGINES: Readonly<Record<EngineName, Engine>> = { chromium, firefox, webkit };
