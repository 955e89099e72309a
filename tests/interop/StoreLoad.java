import java.io.FileInputStream;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Collections;

/** Loads PKCS#12 files as Java programs do, and sees that each key belongs to its certificate. */
public class StoreLoad {
	/** java StoreLoad PASSPHRASE FILE... prints "FILE ALGORITHM SUBJECT" for each. */
	public static void main(String[] args) throws Exception {
		char[] passphrase = args[0].toCharArray();
		for (int i = 1; i < args.length; i++) {
			KeyStore store = KeyStore.getInstance("PKCS12");
			try (FileInputStream in = new FileInputStream(args[i])) {
				store.load(in, passphrase);
			}
			if (store.size() != 1) {
				throw new Exception(args[i] + ": " + store.size() + " entries");
			}
			String alias = Collections.list(store.aliases()).get(0);
			Key key = store.getKey(alias, passphrase);
			X509Certificate cert = (X509Certificate) store.getCertificate(alias);
			String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
			Signature signature = Signature.getInstance(algorithm);
			signature.initSign((PrivateKey) key);
			signature.update(args[i].getBytes("UTF-8"));
			byte[] bytes = signature.sign();
			signature.initVerify(cert.getPublicKey());
			signature.update(args[i].getBytes("UTF-8"));
			if (!signature.verify(bytes)) {
				throw new Exception(args[i] + ": the key does not belong to the certificate");
			}
			System.out.println(args[i] + " " + key.getAlgorithm() + " " + cert.getSubjectX500Principal().getName());
		}
	}
}
