//! The files of the index on disk, none of which is believed unseen: every file is held against its checksum before a byte of
//! it is used, also those that Tantivy itself leaves unchecked (`meta.json` and the list of files).
//!
//! Nothing is mapped into memory: a mapped file that is cut short kills the program that looks at it. Small files, and those
//! that every search needs whole, are held in memory once they are checked, so that what happens to the disk afterwards
//! changes no answer. Large postings are read in pieces.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use flate2::Crc;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::footer::Footer;
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, FileSlice, Lock, MmapDirectory, OwnedBytes, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};
use tantivy::{HasLen, Index};

/// Larger files are read in pieces, unless every search needs them whole.
const HELD: u64 = 32 << 20;
/// What every search needs whole: the columns, and the words.
const WHOLE: [&str; 2] = ["fast", "term"];
/// Written after the content of files that are written at once, with the checksum.
const SEAL: &str = "\n#crc32 ";
/// The files that are written at once.
const SEALED: [&str; 2] = ["meta.json", ".managed.json"];

type Handles = HashMap<PathBuf, Weak<dyn FileHandle>>;

/// A folder with the files of an index.
#[derive(Clone, Debug)]
pub struct Disk {
    files: MmapDirectory,
    folder: PathBuf,
    /// Files in use: opened once, however often they are asked for.
    handles: Arc<Mutex<Handles>>,
    /// Whether the last write found no room.
    full: Arc<AtomicBool>,
}

impl Disk {
    /// The files in a folder, which is there.
    pub fn open(folder: &Path) -> Result<Self, OpenDirectoryError> {
        let files = MmapDirectory::open(folder)?;
        Ok(Self { files, folder: folder.to_owned(), handles: Arc::default(), full: Arc::default() })
    }

    /// Whether writing failed because there is no room.
    pub fn full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Forgets that there was no room: the next write will tell.
    pub fn hope(&self) {
        self.full.store(false, Ordering::Relaxed);
    }

    /// What is wrong with the files that an index consists of, if anything is; `whole`: by their contents, else only whether
    /// they are there.
    pub fn harm(&self, index: &Index, whole: bool) -> Option<String> {
        // A merge may replace a file between two looks at it, but not two times the same.
        self.harm_now(index, whole).and_then(|_| self.harm_now(index, whole))
    }

    fn harm_now(&self, index: &Index, whole: bool) -> Option<String> {
        for file in SEALED {
            if let Err(error) = self.atomic_read(Path::new(file)) {
                return Some(error.to_string());
            }
        }
        let metas = match index.load_metas() {
            Ok(metas) => metas,
            Err(error) => return Some(error.to_string()),
        };
        // Of all files that a segment can have, those that were written are in Tantivy's list of its files.
        let written = index.directory().list_managed_files();
        let handles = self.handles.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let used = metas.list_segment_files().into_iter().filter(|file| written.contains(file));
        let mut found = used.filter_map(|file| {
            let handle = handles.get(&file).and_then(Weak::upgrade);
            self.harm_of(&file, handle.map(|handle| handle.len() as u64), whole).err()
        });
        found.next().map(|error| error.to_string())
    }

    fn harm_of(&self, file: &Path, length: Option<u64>, whole: bool) -> Result<(), OpenReadError> {
        let there = std::fs::metadata(self.folder.join(file)).map_err(|error| failed(file, error))?.len();
        match length {
            Some(length) if there != length => Err(bad(file, &format!("has {there} bytes instead of {length}"))),
            // What is open was checked when it was opened; Tantivy goes on without some files that it cannot open.
            Some(_) if !whole => Ok(()),
            _ => self.checked(file, false).map(drop),
        }
    }

    /// A file whose checksum is right; held in memory if `hold`.
    fn checked(&self, path: &Path, hold: bool) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let mut file = File::open(self.folder.join(path)).map_err(|error| failed(path, error))?;
        let length = file.metadata().map_err(|error| failed(path, error))?.len();
        let mut crc = Crc::new();
        let (handle, footer) = if hold {
            let mut bytes = Vec::with_capacity(length as usize);
            file.read_to_end(&mut bytes).map_err(|error| failed(path, error))?;
            let bytes = OwnedBytes::new(bytes);
            let handle: Arc<dyn FileHandle> = Arc::new(bytes.clone());
            let (footer, body) = footer(path, handle.clone())?;
            crc.update(bytes.as_slice().get(..body).unwrap_or_default());
            (handle, footer)
        } else {
            let handle: Arc<dyn FileHandle> = Arc::new(Pieces { file, length: length as usize });
            let (footer, body) = footer(path, handle.clone())?;
            for at in (0..body).step_by(1 << 20) {
                let piece = handle.read_bytes(at..body.min(at + (1 << 20))).map_err(|error| failed(path, error))?;
                crc.update(piece.as_slice());
            }
            (handle, footer)
        };
        if footer.crc == crc.sum() { Ok(handle) } else { Err(bad(path, "does not have the bytes that were written")) }
    }

    fn noticed<T>(&self, done: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &done
            && no_room(error)
        {
            self.full.store(true, Ordering::Relaxed);
        }
        done
    }
}

/// Whether there was no room.
pub fn no_room(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

fn footer(path: &Path, handle: Arc<dyn FileHandle>) -> Result<(Footer, usize), OpenReadError> {
    let (footer, body) = Footer::extract_footer(FileSlice::new(handle)).map_err(|error| failed(path, error))?;
    Ok((footer, body.len()))
}

fn failed(path: &Path, error: io::Error) -> OpenReadError {
    if error.kind() == ErrorKind::NotFound {
        return OpenReadError::FileDoesNotExist(path.to_owned());
    }
    OpenReadError::wrap_io_error(error, path.to_owned())
}

fn bad(path: &Path, what: &str) -> OpenReadError {
    failed(path, io::Error::new(ErrorKind::InvalidData, format!("{} {what}", path.display())))
}

impl Directory for Disk {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let mut handles = self.handles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = handles.get(path).and_then(Weak::upgrade) {
            return Ok(handle);
        }
        let large = std::fs::metadata(self.folder.join(path)).is_ok_and(|file| file.len() > HELD);
        let whole = path.extension().is_some_and(|kind| WHOLE.iter().any(|whole| kind == *whole));
        let handle = self.checked(path, whole || !large)?;
        handles.retain(|_, handle| handle.strong_count() > 0);
        handles.insert(path.to_owned(), Arc::downgrade(&handle));
        Ok(handle)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let pen = self.files.open_write(path).inspect_err(|error| {
            if let OpenWriteError::IoError { io_error, .. } = error
                && no_room(io_error)
            {
                self.full.store(true, Ordering::Relaxed);
            }
        })?;
        Ok(BufWriter::new(Box::new(Pen { pen, disk: self.clone() })))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let bytes = self.files.atomic_read(path)?;
        let text = String::from_utf8(bytes).map_err(|_| bad(path, "is not text"))?;
        let (content, seal) = text.rsplit_once(SEAL).ok_or_else(|| bad(path, "has no checksum at its end"))?;
        let mut crc = Crc::new();
        crc.update(content.as_bytes());
        if seal != format!("{:08x}\n", crc.sum()) {
            return Err(bad(path, "does not have the bytes that were written"));
        }
        Ok(content.as_bytes().to_vec())
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let mut crc = Crc::new();
        crc.update(data);
        let mut bytes = data.to_vec();
        write!(bytes, "{SEAL}{:08x}", crc.sum())?;
        writeln!(bytes)?;
        self.noticed(self.files.atomic_write(path, &bytes))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.noticed(self.files.sync_directory())
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.files.acquire_lock(lock)
    }

    fn watch(&self, watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(watch_callback)
    }
}

/// A large file, read where it is needed.
#[derive(Debug)]
struct Pieces {
    file: File,
    length: usize,
}

impl HasLen for Pieces {
    fn len(&self) -> usize {
        self.length
    }
}

impl FileHandle for Pieces {
    fn read_bytes(&self, range: std::ops::Range<usize>) -> io::Result<OwnedBytes> {
        let mut bytes = vec![0; range.len()];
        self.file.read_exact_at(&mut bytes, range.start as u64)?;
        Ok(OwnedBytes::new(bytes))
    }
}

/// Writes and notices a full disk.
struct Pen {
    pen: WritePtr,
    disk: Disk,
}

impl Write for Pen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.noticed(self.pen.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.disk.noticed(self.pen.flush())
    }
}

impl TerminatingWrite for Pen {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.disk.noticed(self.pen.terminate_ref(token))
    }
}
