//! A small HTTP server for files, on loopback, until it is dropped. Just enough HTTP/1.1 for apt.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

#[derive(Debug)]
pub struct FileServer {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    requests: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl FileServer {
    /// Serves the files below `folder` on a free port.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let requests = Arc::new(AtomicUsize::new(0));
        let (folder, stop, count) = (folder.to_owned(), stopping.clone(), requests.clone());
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let (folder, count) = (folder.clone(), count.clone());
                // A client that goes away in mid-answer is no concern of the others.
                thread::spawn(move || stream.and_then(|stream| converse(&stream, &folder, &count)));
            }
        });
        Ok(Self { address, stopping, requests, thread: Some(thread) })
    }

    pub fn uri(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// How many requests have been answered.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for FileServer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // The listener waits for a connection; this is the one that ends it.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn converse(stream: &TcpStream, folder: &Path, count: &AtomicUsize) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    while let Some(request) = lines.next().transpose()? {
        for line in lines.by_ref() {
            if line?.is_empty() {
                break;
            }
        }
        count.fetch_add(1, Ordering::SeqCst);
        let path = request.split(' ').nth(1).unwrap_or("/");
        let content = local(folder, path).and_then(|path| fs_err::read(path).ok());
        let status = if content.is_some() { "200 OK" } else { "404 Not Found" };
        let content = content.unwrap_or_default();
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", content.len());
        let mut out = stream;
        out.write_all(head.as_bytes())?;
        out.write_all(&content)?;
    }
    Ok(())
}

/// The file that a request names, if it lies in `folder`.
fn local(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = path.trim_start_matches('/').replace("%2b", "+").replace("%2B", "+").replace("%7e", "~");
    let relative = Path::new(&path);
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    plain.then(|| folder.join(relative)).filter(|path| path.is_file())
}
