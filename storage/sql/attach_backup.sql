-- Where does the copy go?
ATTACH $path AS maskboard_backup
