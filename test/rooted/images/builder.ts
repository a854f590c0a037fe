import { ensureImage, type ImageWish } from "../../../src/parts/images/images.js";
import type { Folders } from "../../../src/parts/host/folders.js";

// Builds an image in a process of its own, so that it can be killed; prints its progress and at last the folder.
const { folders, wish } = JSON.parse(process.argv[2] ?? "") as { folders: Folders; wish: ImageWish };
const folder = await ensureImage(wish, folders, ({ phase }) => process.stdout.write(`${phase}\n`));
process.stdout.write(`folder ${folder}\n`);
